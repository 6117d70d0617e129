/** The Standard Schema interface (standardschema.dev, version 1): any schema library that speaks it serves. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** The type of the values that a schema lets in. */
export type SchemaInput<S> = S extends StandardSchema<infer Input, unknown> ? Input : never;
