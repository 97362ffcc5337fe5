/**
 * What differs between two failures of the same cause; the order matters, long shapes first. `[\w-]*` is followed by `\d`,
 * not by `\d+`: both would take digits, and a long text without a dot cost a second for all the ways to share them.
 */
const masks: [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d\d-\d\d[T _]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b/g, '<time>'],
  [/\b\d{9,10}\.\d+(?::\d+)?\b/g, '<time>'],
  [
    /\b(?:\w+@)?(?:smithi|mira|plana|gibba|trial|vpm|target|burnupi|magna|folio|senta|ovh|host|node)[-\w]*\d[-\w]*(?:\.[\w-]+)*/gi,
    '<host>',
  ],
  [/\b(?:\w+@)?[a-z][\w-]*\d(?:\.[a-z][\w-]*){2,}\b/gi, '<host>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<ip>'],
  [/\bsoid \S+/g, 'soid <object>'],
  [/\/home\/ubuntu\/cephtest\/?[^\s'"]*/g, '<path>'],
  [/\/tmp\/[^\s'",)]*/g, '<path>'],
  [/\/var\/(?:log|lib|run)\/ceph\/<uuid>/g, '<path>'],
  [/\bclone\.client\.\d+\//g, ''],
  [/\b(osd|mds|mgr|mon|client|rgw|unique_pool)[._]\d+\b/g, '$1.<n>'],
  [/\bpg \d+\.[0-9a-f]+(?:s\d+)?\b/g, 'pg <pg>'],
  [/\bshard \d+(?:\(\d+\))?/g, 'shard <n>'],
  [/(?<![\w.])\d+\.[0-9a-f]+(?:s\d+)?(?= shard| scrub| deep)/g, '<pg>'],
  [/\[\d+(?:, ?\d+)*\]/g, '<list>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/(?<![\w.])\d+(?:\.\d+)?s\b/g, '<n>s'],
  [/(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*[a-z])/g, '<n>'],
];

/** A text with everything masked that does not name a cause: hosts, times, addresses, ids, paths, numbers. */
export function maskNoise(text: string): string {
  return masks.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text.slice(0, 2000));
}
