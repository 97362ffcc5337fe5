/** Describes changes; pure functions of their arguments. */
import type { AuditItem } from '../../../../src/http/api/audit.ts';

/** Who made a change, if known. For a lock by an unknown client, this is the owner of the lock. */
export function whoOf({ name, verified, before, after }: AuditItem): { name: string; verified: boolean } {
  if (name !== null) return { name, verified };
  const holder = after?.locked_by ?? before?.locked_by ?? after?.paused_by;
  return { name: typeof holder === 'string' && holder !== '' ? holder : 'unknown', verified: false };
}

/** What was changed, in words: "description: to debug → free". A removed value is shown as a dash. */
export function detailOf({ before, after }: AuditItem): string {
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const parts = keys.flatMap((key) => {
    const [old, now] = [printed(before?.[key]), printed(after?.[key])];
    if (old === now) return now === '' ? [] : [`${key}: ${now}`];
    return [old === '' ? `${key}: ${now}` : `${key}: ${old} → ${now || '—'}`];
  });
  return parts.join(', ');
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
