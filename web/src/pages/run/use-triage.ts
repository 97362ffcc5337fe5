/** Deciding on the causes of a run: drafts, requests, undo, and where to go next. */
import { useEffect, useRef, useState } from 'react';
import { apiPath } from '../../../../src/core/paths.ts';
import type { Band } from '../../../../src/core/verdicts/bands.ts';
import type { DecisionItem } from '../../../../src/http/api/decisions.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import { useUrlState } from '../../lib/address.ts';
import { failureOf, sendJson } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useKeys } from '../../lib/keys.ts';
import { useMissingName } from '../../lib/session.ts';
import { toast } from '../../ui/Toast.tsx';
import { type FailureRow, groupKey, nextGroup } from './failure-rows.ts';
import type { Group } from './groups.ts';
import type { Job } from './jobs.ts';
import {
  bodyOf,
  type Draft,
  draftOf,
  isUndecided,
  nextUndecided,
  type Patch,
  problemOf,
  withDecision,
  withVerdict,
} from './triage.ts';

/** How long a decision can be undone with one key, in milliseconds. */
const undoMs = 10_000;

/** What the list and the details need for decisions: the cause whose form is open, its draft, and the possible actions. */
export type Triage = ReturnType<typeof useTriage>;

interface TriageOf {
  page: RunPage;
  patch: Patch;
  groups: readonly Group[];
  /** The rows of the list as shown. */
  rows: { readonly current: readonly FailureRow[] };
  /** Selects a group and moves the focus to its row. */
  go: (group: Group) => void;
}

/** A decision that can be undone, and the previous verdict on its cause; null if that is not known. */
interface Done {
  cause: string;
  made: DecisionItem;
  before: PageVerdict | null;
}

function useTriage(of: TriageOf) {
  const { page, groups } = of;
  const { say, take } = useDecisions(of);
  const missing = useMissingName();
  const form = useForm(page);
  const { undo, finish } = useUndo(of, take);
  const { saving, isSaving, whileSaving } = useSaving();
  const [problem, setProblem] = useState<string | null>(null);
  const start = (group: Group) => {
    setProblem(null);
    form.start(group);
  };
  /** Sends the draft and goes to the next undecided cause. */
  const save = async (group: Group) => {
    const given = form.draft(group);
    const wrong = problemOf(given);
    setProblem(wrong);
    if (wrong !== null || isSaving()) return;
    const failed = await whileSaving(async () => {
      const made = await say(group.id, given);
      form.done(group.id);
      finish([{ cause: group.id, made, before: group.verdict }], group.id, `Decided: ${made.class}`);
    });
    setProblem(failed);
  };
  /** Accepts the proposed decisions for all undecided causes of a band, except in the band `look`. */
  const accept = async (band: Band) => {
    if (band === 'look') return toast('Decide on new causes one by one, with t');
    const some = groups.filter((group) => group.band === band && isUndecided(group));
    const [first] = some;
    if (first === undefined || isSaving()) return;
    if (missing !== null) return start(first);
    const all: Done[] = [];
    const failed = await whileSaving(async () => {
      for (const { id, verdict } of some) {
        if (verdict !== null) all.push({ cause: id, made: await say(id, draftOf(verdict, page)), before: verdict });
      }
    });
    const text = `Decided on ${plural(all.length, 'cause')}`;
    if (all.length > 0) finish(all, first.id, failed === null ? text : `${text}, then: ${failed}`);
    else if (failed !== null) toast(`Not saved: ${failed}`);
  };
  const withdraw = async (group: Group) => {
    const made = group.verdict?.decision;
    if (made) toast((await failureOf(() => take({ cause: group.id, made, before: null }))) ?? 'Withdrawn');
  };
  const { open, draft, change, cancel } = form;
  return { open, draft, change, cancel, start, save, accept, withdraw, undo, saving, problem };
}

/** The drafts by cause, and the cause whose form is open. */
function useForm(page: RunPage) {
  const [open, setOpen] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const draft = ({ id, verdict }: Group): Draft => drafts[id] ?? draftOf(verdict as PageVerdict, page);
  const change = (group: Group, next: Draft) => setDrafts((known) => ({ ...known, [group.id]: next }));
  return {
    open,
    draft,
    change,
    cancel: () => setOpen(null),
    start: (group: Group) => {
      if (group.verdict === null) return;
      // A decision of another user must not change the draft.
      change(group, draft(group));
      setOpen(group.id);
    },
    done: (id: string) => {
      setOpen(null);
      setDrafts(({ [id]: _, ...others }) => others);
    },
  };
}

/** The last decisions, which can be undone, and where to go after them. */
function useUndo({ groups, rows, go }: TriageOf, take: (done: Done) => Promise<void>) {
  const last = useRef<{ all: Done[]; until: number }>({ all: [], until: 0 });
  const undo = async () => {
    const { all, until } = last.current;
    if (Date.now() > until) return;
    last.current = { all: [], until: 0 };
    const failed = await failureOf(async () => {
      for (const one of all) await take(one);
    });
    toast(failed === null ? `Undone for ${plural(all.length, 'cause')}` : `Could not undo: ${failed}`);
    const group = groups.find(({ id }) => id === all[0]?.cause);
    if (group) go(group);
  };
  const finish = (all: Done[], from: string, text: string) => {
    last.current = { all, until: Date.now() + undoMs };
    toast(text, { ms: undoMs, action: { label: 'Undo (u)', run: () => void undo() } });
    // The rows were rendered before the decision.
    const decided = new Set(all.map(({ cause }) => cause));
    const left = rows.current.filter(
      (row) => row.kind !== 'group' || row.group.id === from || !decided.has(row.group.id),
    );
    const next = nextUndecided(left, from, 1) ?? groups.find(({ id }) => id === from);
    if (next) go(next);
  };
  return { undo, finish };
}

/** Whether a request is in progress: as state for rendering, and as a function for keys that are pressed before the next rendering. */
function useSaving() {
  const [saving, setSaving] = useState(false);
  const now = useRef(false);
  const set = (value: boolean) => {
    now.current = value;
    setSaving(value);
  };
  const whileSaving = async (run: () => Promise<void>) => {
    set(true);
    const failed = await failureOf(run);
    set(false);
    return failed;
  };
  return { saving, isSaving: () => now.current, whileSaving };
}

/** Sends decisions and withdrawals, and shows them immediately. */
function useDecisions({ page, patch }: TriageOf) {
  const keys = useRef(new Map<string, string>());
  const post = (to: string, body: object) => sendJson<DecisionItem>(to, 'POST', body);
  return {
    say: async (cause: string, draft: Draft) => {
      // A retry with the same content has the same key, so that it does not add a decision if only the first response was lost.
      const words = JSON.stringify([cause, draft]);
      const key = keys.current.get(words) ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
      keys.current.set(words, key);
      const made = await post(apiPath.decisions(), bodyOf(draft, cause, page.run.name, key));
      keys.current.delete(words);
      patch((old) => withDecision(old, cause, made));
      return made;
    },
    take: async ({ cause, made, before }: Done) => {
      await post(apiPath.withdraw(made.id), {});
      patch((old) => (before === null ? withDecision(old, cause, null) : withVerdict(old, before)));
    },
  };
}

interface ListTriage {
  page: RunPage;
  patch: Patch;
  groups: readonly Group[];
  /** The selection. */
  group: Group | null;
  job: Job | null;
  select: (key: string) => void;
}

/**
 * Returns a function that moves the focus to the selected row once it is rendered, so that Enter and screen readers follow. The focus does not
 * leave a form that was opened in the meantime.
 */
function useRowFocus(): () => void {
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    if (asked === 0) return;
    const frame = requestAnimationFrame(() => {
      if (document.querySelector('form.decide') === null) {
        document.querySelector<HTMLElement>('.list .grid-row[tabindex="0"]')?.focus();
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [asked]);
  return () => setAsked((times) => times + 1);
}

/**
 * Binds t, T, u, n and p. `rows` holds the displayed rows of the list: the keys move from row to row, and a row does not move when it is decided
 * on. Nothing can be decided while the page shows an earlier time.
 */
export function useListTriage({ page, patch, groups, group, job, select }: ListTriage) {
  const [at] = useUrlState('at', '');
  const rows = useRef<readonly FailureRow[]>([]);
  const focusRow = useRowFocus();
  const go = (next: Group) => {
    select(groupKey(next));
    focusRow();
  };
  const triage = useTriage({ page, patch, groups, rows, go });
  const current = group ?? groups.find(({ jobs }) => jobs.some((one) => one === job)) ?? groups[0];
  const walk = (step: 1 | -1) => {
    const selected = current ? groupKey(current) : null;
    const next = nextUndecided(rows.current, current?.id ?? null, step) ?? nextGroup(groups, selected, step);
    if (next) go(next);
  };
  const start = () => {
    if (current === undefined) return;
    select(groupKey(current));
    triage.start(current);
  };
  const usable: Triage | null = at === '' ? triage : null;
  useKeys({ n: () => walk(1), p: () => walk(-1), N: () => walk(-1) });
  useKeys(
    {
      t: start,
      T: () => current?.band && void triage.accept(current.band),
      u: () => void triage.undo(),
    },
    usable !== null,
  );
  return { rows, triage: usable };
}
