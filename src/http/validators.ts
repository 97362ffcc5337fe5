/** Validation of requests against their schemas. */
import { AjvCompiler } from '@fastify/ajv-compiler';
import { isDay, isTimeZone, momentWords } from '../core/moment.ts';
import { isTopicList } from '../core/paths.ts';

/** Shared by all ports of the process, because they have the routes of `/api` in common. */
const compilers = AjvCompiler();

/** Validates a part of a request. `errors` says why the last one was refused. */
interface Validator {
  (data: unknown): unknown;
  errors?: unknown;
}

interface ObjectSchema {
  properties?: Record<string, { type?: unknown }>;
}

/** The integer parameters of a path or a query. */
function integersOf({ properties = {} }: ObjectSchema): string[] {
  return Object.keys(properties).filter((key) => properties[key]?.type === 'integer');
}

/** True for texts that Ajv converts to a number although they are not meant as one: a space, `0x10`, `1e3`. */
function isOddNumber(value: unknown): boolean {
  return typeof value === 'string' && !/^-?\d{1,20}$/.test(value);
}

function notInteger(key: string) {
  const params = { type: 'integer' };
  return { keyword: 'type', instancePath: `/${key}`, schemaPath: '', params, message: 'must be integer' };
}

/**
 * For Fastify's `compilersFactory`: compiles the schemas of a route at its first request. Compiling those of all routes takes 0.2 s of
 * processor time, a seventh of a start.
 */
export const buildValidator: typeof compilers = (externalSchemas, options) => {
  const formats = Object.fromEntries(Object.entries(textFormats).map(([name, { validate }]) => [name, validate]));
  const compilersWith = (more: object) =>
    compilers(externalSchemas, { ...options, customOptions: { ...options?.customOptions, formats, ...more } } as never);
  const compileTexts = compilersWith({});
  // JSON values have types already. Coerced to fit a schema, null would become false.
  const compileJson = compilersWith({ coerceTypes: false });
  return (route) => {
    const { httpPart, schema } = route as { httpPart?: string; schema: ObjectSchema };
    const isBody = httpPart === 'body';
    const compile = isBody ? compileJson : compileTexts;
    const numbers = isBody ? [] : integersOf(schema);
    let validate: Validator | undefined;
    const lazily: Validator = (data) => {
      const odd = numbers.find((key) => isOddNumber((data as Record<string, unknown>)[key]));
      if (odd !== undefined) {
        lazily.errors = [notInteger(odd)];
        return false;
      }
      validate ??= compile(route) as Validator;
      const answer = validate(data);
      lazily.errors = validate.errors;
      return answer;
    };
    return lazily as ReturnType<typeof compile>;
  };
};

/** The formats of texts: how they are validated, and what an error says is expected. */
export const textFormats: Readonly<Record<string, { validate: (text: string) => boolean; words: string }>> = {
  day: { validate: isDay, words: momentWords },
  'time-zone': { validate: isTimeZone, words: 'a time zone like Europe/Berlin' },
  topics: { validate: isTopicList, words: 'a list of topics like run:NAME,runs,nodes' },
};
