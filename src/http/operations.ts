/** Descriptions of the routes of a contract for the API document. They validate nothing. */
import type { FastifyInstance } from 'fastify';
import { type TObject, type TProperties, type TSchema, Type } from 'typebox';

/** A method of a route: its parameters, body and answers. */
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
 * Describes the routes of a contract that are mounted after this call. Their schemas validate nothing: the handlers of a contract
 * decide what it accepts and how a refusal is worded.
 */
export function describe(app: FastifyInstance, operations: Operations): void {
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  app.addHook('onRoute', (route) => {
    const operation = operations[`${route.method} ${route.url}`];
    if (operation !== undefined) route.schema = operation;
  });
}

/** An object that the document contains once, under its name. */
export function shape<Properties extends TProperties>(title: string, properties: Properties) {
  return Type.Object(properties, { title });
}

/** A value of this schema, or null. */
export function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** An object whose keys are names. */
export function byName(schema: TSchema): TSchema {
  return Type.Object({}, { additionalProperties: schema });
}

/** Parameters of a path or a query with their descriptions. */
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

/** A JSON body. Other keys are ignored. */
export function takes(title: string, properties: TProperties): TObject {
  return Type.Object(properties, { title, additionalProperties: true });
}

/** The shape of all errors of the contracts. */
export const Message = shape('Message', { message: Type.String() });

/** The answers of a route: this one, or an error message. */
export function answersWith(answer: TSchema): Record<string, TSchema> {
  return { 200: answer, '4xx': Message, '5xx': Message };
}

/** The answer of routes that change something: `{}`. */
export const done = answersWith(Type.Object({}, { additionalProperties: false }));
