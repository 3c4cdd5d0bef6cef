/**
 * Writes an ONNX model file by file: nodes stay in memory, weights stream to an external data file as they are added,
 * so building needs memory for one tensor at a time. Format: the ONNX specification's ModelProto, IR 10.
 */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto;
const TYPE = onnx.TensorProto.DataType;
const ATTRIBUTE = onnx.AttributeProto.AttributeType;
/** Weights start on page boundaries so that the runtime can map them. */
const ALIGN = 4096;
/** Tensors of fewer bytes stay in the model file. */
const INLINE = 1024;
const DATA_FILE = "weights.bin";
const MODEL_FILE = "model.onnx";
const COUNT_FILE = "weight_bytes";

export type TensorType = "f32" | "i64" | "u8" | "i8" | "i32";
const TYPES: Readonly<Record<TensorType, number>> = {
  f32: TYPE.FLOAT,
  i64: TYPE.INT64,
  u8: TYPE.UINT8,
  i8: TYPE.INT8,
  i32: TYPE.INT32,
};

const BYTES: Readonly<Record<TensorType, number>> = { f32: 4, i64: 8, u8: 1, i8: 1, i32: 4 };

/** A dimension is a number, or a name for one that varies from run to run. */
export type Dimension = number | string;
export type Attribute = number | string | readonly number[] | { readonly float: number };
type TensorData = Float32Array | BigInt64Array | Uint8Array | Int8Array | Int32Array;

export class GraphBuilder {
  readonly #nodes: InstanceType<typeof onnx.NodeProto>[] = [];
  readonly #initializers: InstanceType<typeof onnx.TensorProto>[] = [];
  readonly #inputs: InstanceType<typeof onnx.ValueInfoProto>[] = [];
  readonly #outputs: InstanceType<typeof onnx.ValueInfoProto>[] = [];
  readonly #known = new Set<string>();
  readonly #file: Deno.FsFile | undefined;
  #offset = 0;
  #weightBytes = 0;

  /** Writes into `folder`, which must exist; without one nothing is written, and the data is only counted. */
  constructor(readonly folder?: string) {
    if (folder === undefined) return;
    this.#file = Deno.openSync(`${folder}/${DATA_FILE}`, { write: true, create: true, truncate: true });
  }

  /** Bytes of the data file so far. */
  get bytes(): number {
    return this.#offset;
  }

  input(name: string, type: TensorType, shape: readonly Dimension[]): string {
    this.#inputs.push(valueInfo(name, type, shape));
    return name;
  }

  output(name: string, type: TensorType, shape: readonly Dimension[]): void {
    this.#outputs.push(valueInfo(name, type, shape));
  }

  /** Adds a constant tensor of the weights once; a second call with the same name is the first one's tensor. */
  constant(name: string, type: TensorType, shape: readonly number[], data: () => TensorData): string {
    if (!this.#known.has(name)) this.#weightBytes += bytesOf(type, shape);
    return this.table(name, type, shape, data);
  }

  /** Adds a constant tensor that is the graph's own, as a constant of the weights is. */
  table(name: string, type: TensorType, shape: readonly number[], data: () => TensorData): string {
    if (bytesOf(type, shape) >= INLINE) return this.#external(name, type, shape, (write) => write(data()));
    if (this.#known.has(name)) return name;
    this.#add(name, type, shape).rawData = asBytes(data()).slice();
    return name;
  }

  /** Adds a constant tensor of any size inside the model file, which is then whole by itself. */
  inline(name: string, type: TensorType, shape: readonly number[], data: TensorData): string {
    this.#add(name, type, shape).rawData = asBytes(data);
    return name;
  }

  /** Adds a constant tensor of 1,024 bytes or more, which `fill` writes piece by piece. */
  stream(
    name: string,
    type: TensorType,
    shape: readonly number[],
    fill: (write: (piece: TensorData) => void) => void,
  ): string {
    if (!this.#known.has(name)) this.#weightBytes += bytesOf(type, shape);
    return this.#external(name, type, shape, fill);
  }

  #external(
    name: string,
    type: TensorType,
    shape: readonly number[],
    fill: (write: (piece: TensorData) => void) => void,
  ): string {
    if (this.#known.has(name)) return name;
    const tensor = this.#add(name, type, shape);
    const length = bytesOf(type, shape);
    this.#pad(ALIGN);
    tensor.dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    tensor.externalData = [
      { key: "location", value: DATA_FILE },
      { key: "offset", value: String(this.#offset) },
      { key: "length", value: String(length) },
    ].map((entry) => onnx.StringStringEntryProto.create(entry));
    const end = this.#offset + length;
    if (this.#file) fill((piece) => this.#write(asBytes(piece)));
    else this.#offset = end;
    if (this.#offset === end) return name;
    throw new Error(`Tensor ${name} must be ${length} bytes: ${this.#offset - end + length} were written`);
  }

  /** A small constant of 64-bit integers, e.g. a shape. */
  integers(name: string, values: readonly number[]): string {
    return this.table(name, "i64", [values.length], () => BigInt64Array.from(values, BigInt));
  }

  /** Adds a node; an empty input or output name leaves that optional place empty. Returns the first output. */
  node(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): string {
    const first = outputs.find((name) => name !== "")!;
    this.#nodes.push(onnx.NodeProto.create({
      name: first,
      opType: op,
      domain,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    }));
    return first;
  }

  /** A node of ONNX Runtime's own operator set (com.microsoft). */
  fused(
    op: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.node(op, inputs, outputs, attributes, "com.microsoft");
  }

  /** A cast to another type. */
  cast(input: string, type: TensorType, output: string): string {
    return this.node("Cast", [input], [output], { to: TYPES[type] });
  }

  /** Closes the data file and writes the files beside it; returns the model file's path. */
  finish(name: string): string {
    this.#file?.close();
    Deno.writeTextFileSync(`${this.folder}/${COUNT_FILE}`, `${this.#weightBytes}`);
    const path = `${this.folder}/${MODEL_FILE}`;
    Deno.writeFileSync(path, this.encode(name));
    return path;
  }

  /** The model file; whole by itself where no constant was streamed. */
  encode(name: string): Uint8Array {
    const model = onnx.ModelProto.create({
      irVersion: 10,
      producerName: "assay",
      opsetImport: [
        onnx.OperatorSetIdProto.create({ domain: "", version: 21 }),
        onnx.OperatorSetIdProto.create({ domain: "com.microsoft", version: 1 }),
      ],
      graph: onnx.GraphProto.create({
        name,
        node: this.#nodes,
        input: this.#inputs,
        output: this.#outputs,
        initializer: this.#initializers,
      }),
    });
    return onnx.ModelProto.encode(model).finish();
  }

  #add(name: string, type: TensorType, shape: readonly number[]) {
    this.#known.add(name);
    const tensor = onnx.TensorProto.create({ name, dataType: TYPES[type], dims: [...shape] });
    this.#initializers.push(tensor);
    return tensor;
  }

  #pad(to: number): void {
    const rest = this.#offset % to;
    if (rest > 0) this.#write(new Uint8Array(to - rest));
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; this.#file && done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
    this.#offset += bytes.length;
  }
}

/** Bytes of the weights in a graph's folder, scales included, without padding and the graph's own tables. */
export async function weightBytes(folder: string): Promise<number> {
  return Number(await Deno.readTextFile(`${folder}/${COUNT_FILE}`));
}

function bytesOf(type: TensorType, shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, BYTES[type]);
}

function asBytes({ buffer, byteOffset, byteLength }: TensorData): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

function valueInfo(name: string, type: TensorType, shape: readonly Dimension[]) {
  const dim = shape.map((d) =>
    onnx.TensorShapeProto.Dimension.create(typeof d === "number" ? { dimValue: d } : { dimParam: d })
  );
  return onnx.ValueInfoProto.create({
    name,
    type: onnx.TypeProto.create({
      tensorType: onnx.TypeProto.Tensor.create({
        elemType: TYPES[type],
        shape: onnx.TensorShapeProto.create({ dim }),
      }),
    }),
  });
}

function attribute(name: string, value: Attribute) {
  if (typeof value === "number") return onnx.AttributeProto.create({ name, type: ATTRIBUTE.INT, i: value });
  if (typeof value === "string") {
    return onnx.AttributeProto.create({ name, type: ATTRIBUTE.STRING, s: new TextEncoder().encode(value) });
  }
  if (Array.isArray(value)) {
    return onnx.AttributeProto.create({ name, type: ATTRIBUTE.INTS, ints: [...value] });
  }
  return onnx.AttributeProto.create({
    name,
    type: ATTRIBUTE.FLOAT,
    f: (value as { readonly float: number }).float,
  });
}
