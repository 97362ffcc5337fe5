/** What the routes of a contract say of themselves for the API document. Nothing here refuses anything. */
import type { FastifyInstance } from 'fastify';
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';

/** A method of a route: what it takes and answers. */
export interface Operation {
  summary: string;
  description?: string;
  params?: TSchema;
  querystring?: TSchema;
  body?: TSchema;
  response: Record<string, TSchema | object>;
}

/** Operations by method and route, like `GET /runs/:name`. */
export type Operations = Record<string, Operation>;

/**
 * Describes the routes of a contract that are mounted after it. Their schemas validate nothing: what a contract takes and
 * refuses, and in which words, is in its handlers.
 */
export function describe(app: FastifyInstance, operations: Operations): void {
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRoute', (route) => {
    const operation = operations[`${route.method} ${route.url}`];
    if (operation !== undefined) route.schema = operation;
  });
}

/** An object that stands once in the document, by its name. */
export function shape<Properties extends TProperties>(title: string, properties: Properties) {
  return Type.Object(properties, { title });
}

/** Or null. */
export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** An object whose keys are names. */
export function byName(schema: TSchema): TSchema {
  return Type.Object({}, { additionalProperties: schema });
}

/** Parameters of a path or a query, and what they mean. */
export function parameters(meanings: Record<string, string>, isOptional = true): TObject {
  const one = (description: string) => Type.String({ description });
  return Type.Object(
    Object.fromEntries(
      Object.entries(meanings).map(([name, meaning]) => [
        name,
        isOptional ? Type.Optional(one(meaning)) : one(meaning),
      ]),
    ),
  );
}

/** A body of JSON: other keys than these are ignored. */
export function takes(title: string, properties: TProperties): TObject {
  return Type.Object(properties, { title, additionalProperties: true });
}

/** Every error of the contracts. */
export const Message = shape('Message', { message: Type.String() });

/** What a contract answers: this, or a message. */
export function answersWith(answer: TSchema): Record<string, TSchema> {
  return { 200: answer, '4xx': Message, '5xx': Message };
}

/** The answer of what changes something: `{}`. */
export const done = answersWith(Type.Object({}, { additionalProperties: false }));
