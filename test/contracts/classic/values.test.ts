/** Values are returned exactly as sent. They are compared as text, because a parser would hide differences. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, jobObject, newJob, newRun } from './setup.ts';

const documents = [
  ['integer-like keys in their order', '{"10":1,"9":{"b":1,"a":2,"1":3},"01":4,"-1":5,"a":6,"0":7}'],
  ['numbers above 2^53', '[12345678901234567890123,-9007199254740993,18446744073709551615]'],
  ['numbers with many digits', '[0.1000000000000000055511151231257827,3.141592653589793238462643]'],
  ['trailing zeros and exponents', '[1.0,1.50,0.0,-0,-0.0,1e3,1E+400,1e-400,100E-2]'],
  ['unicode escapes', String.raw`["\u00e9\u0041\u2028","\/\b\f\n\r\t\"\\","\ud83d\ude00"]`],
  ['half a surrogate pair as an escape', String.raw`["\ud800","\udfff x"]`],
  ['NUL as an escape', String.raw`{"a\u0000b":"\u0000"}`],
  ['raw unicode', '["é","e\u0301","日本語","😀","\u2028\u2029","\ufeff","\u007f"]'],
  ['duplicate keys', '{"a":1,"b":2,"a":3,"":4,"":5}'],
  ['keys of object prototypes', '{"__proto__":{"x":1},"constructor":null,"toString":[],"hasOwnProperty":0}'],
  ['brackets and quotes in strings', String.raw`{"}":"]","a\"}":"\\","{":["[{\",:"],"\\\"":"\\\\"}`],
  ['empty values', '[{},[],"",null,false,0,[[]],[{}]]'],
  ['400 levels', `${'['.repeat(400)}1${']'.repeat(400)}`],
  ['a long text', `"${'ä"\\'.replace('"\\', '\\"')}${'x'.repeat(100_000)}"`],
  ['a string', '"testing"'],
  ['an empty string', '""'],
  ['a number', '1.0'],
  ['true', 'true'],
  ['false', 'false'],
  ['zero', '0'],
  ['an empty object', '{}'],
  ['an empty list', '[]'],
] as const;

const smallValues = [
  ['duration', '1424.7001299858093'],
  ['duration', '1.50'],
  ['duration', '-0'],
  ['duration', '0'],
  ['duration', '1e3'],
  ['duration', '12345678901234567890'],
  ['pid', '12345678901234567890'],
  ['pid', '"4711"'],
  ['pid', '0'],
  ['description', String.raw`"\u0041\u00e9\ud800\u0000\/\"}"`],
  ['description', '""'],
  ['description', '"{\'a\': [1, 2]}, \\"b\\": null"'],
  ['description', '5.0'],
  ['name', '"null"'],
  ['owner', '"😀 日本語"'],
  ['archive_path', `"${'/x'.repeat(50_000)}"`],
  ['verbose', 'false'],
  ['last_in_suite', 'false'],
  ['nuke_on_error', 'true'],
] as const;

describe.each(engines)('values on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.stop());

  /** Posts a job with the text of a value, puts the text into another job, and expects both to return it, alone and in the list. */
  async function expectBack(key: string, sent: string): Promise<void> {
    const jobs = `/runs/${await newRun(server)}/jobs/`;
    await accepted(server.post(jobs, `{"job_id":"1","${key}":${sent}}`));
    await accepted(server.post(jobs, '{"job_id":"2"}'));
    await accepted(server.put(`${jobs}2/`, ` {\n"${key}" :\t${sent} } `));
    const texts = await Promise.all(
      [`${jobs}1/`, `${jobs}2/`, jobs].map(async (path) => (await server.get(path)).text),
    );
    expect(texts.map((text) => count(text, `"${key}":${sent},`) + count(text, `"${key}":${sent}}`))).toEqual([1, 1, 2]);
    for (const text of texts) expect(() => JSON.parse(text)).not.toThrow();
  }

  describe.each(['overrides', 'roles', 'tasks', 'targets', 'kernel'])('of %s', (key) => {
    test.each(documents)('come back as sent: %s', (_what, sent) => expectBack(key, sent));
  });

  test.each(smallValues)('of %s come back as sent: %.60s', (key, sent) => expectBack(key, sent));

  test('keep white space in strings, whatever white space is around the values', async () => {
    const job = await newJob(server);
    await accepted(server.put(job, '\ufeff \r\n{ "tasks" : [ "a  b" , {"c" :\t" d "} ]\n,"owner":" me " }\n'));
    expect((await server.get(job)).json).toEqual(
      jobObject({ job_id: '1', tasks: ['a  b', { c: ' d ' }], owner: ' me ' }),
    );
  });

  test('of a repeated key are those of its last occurrence', async () => {
    const job = await newJob(server);
    await accepted(server.put(job, '{"owner":"a","tasks":[1],"success":true,"owner":"b","success":false,"tasks":[2]}'));
    expect((await server.get(job)).json).toMatchObject({ owner: 'b', tasks: [2], success: false });
  });

  test('are found under keys that are written with escapes', async () => {
    const job = await newJob(server);
    await accepted(server.put(job, String.raw`{"o\u0077ner":"me","t\u0061sks":[1],"nuke\u002don-error":true}`));
    expect((await server.get(job)).json).toMatchObject({ owner: 'me', tasks: [1], nuke_on_error: true });
  });

  test('of a document can change back and forth', async () => {
    const job = await newJob(server, { tasks: ['a'], kernel: 'k' });
    for (const tasks of [['b'], ['a'], null, ['a'], ['b'], null, null, ['b'], 'null', ['b']]) {
      await accepted(server.put(job, { tasks, kernel: 'k' }));
      expect((await server.get(job)).json).toEqual(jobObject({ job_id: '1', tasks, kernel: 'k' }));
    }
  });

  test('can have 499 levels of lists, which makes a body of 500 levels', async () => {
    const job = await newJob(server);
    const deep = '['.repeat(499) + ']'.repeat(499);
    await accepted(server.put(job, `{"tasks":${deep}}`));
    expect((await server.get(job)).text).toContain(`"tasks":${deep}`);
  });
});

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
