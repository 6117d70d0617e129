/** Row-major matrices: `left` is rows x inner, `right` is inner x columns. */
export interface MatrixProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** A product whose sizes fit no workgroup, of numbers whose sums are exact in float32. */
export function sampleProduct(): MatrixProduct {
  const [rows, inner, columns] = [37, 19, 23];
  const numbers = (count: number, step: number) =>
    Array.from({ length: count }, (_, at) => (((at * step) % 33) - 16) / 4);
  return { rows, inner, columns, left: numbers(rows * inner, 7), right: numbers(inner * columns, 13) };
}

/** The product as three loops give it. */
export function multiplyOnHost({ rows, inner, columns, left, right }: MatrixProduct): number[] {
  const product: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      for (let at = 0; at < inner; at += 1) sum += left[row * inner + at]! * right[at * columns + column]!;
      product.push(sum);
    }
  }
  return product;
}

/** What a GPU made of the product. */
export interface GpuProduct {
  /** The adapter's architecture, as it names itself. */
  readonly architecture: string;
  readonly product: number[];
  /** What the device had to complain about. */
  readonly errors: string[];
}

/**
 * The product by a compute shader on a new device. It names nothing outside itself, for it is also sent to a browser,
 * as text; the usage flags are written as numbers because Node has no global `GPUBufferUsage`.
 *
 * @returns undefined if there is no adapter
 */
export async function multiplyOnGpu(call: {
  gpu: GPU;
  task: MatrixProduct;
}): Promise<GpuProduct | undefined> {
  const { rows, inner, columns, left, right } = call.task;
  const [MAP_READ, COPY_SRC, COPY_DST, UNIFORM, STORAGE] = [0x1, 0x4, 0x8, 0x40, 0x80];
  const COMPUTE_STAGE = 0x4;
  const TILE = 8;

  const adapter = await call.gpu.requestAdapter();
  if (!adapter) return undefined;
  const device = await adapter.requestDevice();
  const errors: string[] = [];
  device.addEventListener("uncapturederror", (event) => errors.push(event.error.message));

  const upload = (data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>, usage: number) => {
    const buffer = device.createBuffer({ size: data.byteLength, usage: usage | COPY_DST });
    device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  };
  const bytes = rows * columns * Float32Array.BYTES_PER_ELEMENT;
  const output = device.createBuffer({ size: bytes, usage: STORAGE | COPY_SRC });
  const readable = device.createBuffer({ size: bytes, usage: MAP_READ | COPY_DST });
  const bound = [
    { type: "uniform" as const, buffer: upload(new Uint32Array([rows, inner, columns, 0]), UNIFORM) },
    { type: "read-only-storage" as const, buffer: upload(new Float32Array(left), STORAGE) },
    { type: "read-only-storage" as const, buffer: upload(new Float32Array(right), STORAGE) },
    { type: "storage" as const, buffer: output },
  ];

  const code = `
    @group(0) @binding(0) var<uniform> sizes: vec4u; // rows, inner, columns
    @group(0) @binding(1) var<storage, read> left: array<f32>;
    @group(0) @binding(2) var<storage, read> right: array<f32>;
    @group(0) @binding(3) var<storage, read_write> product: array<f32>;
    var<workgroup> leftTile: array<array<f32, ${TILE}>, ${TILE}>;
    var<workgroup> rightTile: array<array<f32, ${TILE}>, ${TILE}>;

    @compute @workgroup_size(${TILE}, ${TILE})
    fn main(@builtin(global_invocation_id) at: vec3u, @builtin(local_invocation_id) inTile: vec3u) {
      var sum = 0.0;
      for (var start = 0u; start < sizes.y; start += ${TILE}u) {
        let column = start + inTile.x;
        let row = start + inTile.y;
        leftTile[inTile.y][inTile.x] = select(0.0, left[at.y * sizes.y + column], at.y < sizes.x && column < sizes.y);
        rightTile[inTile.y][inTile.x] = select(0.0, right[row * sizes.z + at.x], row < sizes.y && at.x < sizes.z);
        workgroupBarrier();
        for (var k = 0u; k < ${TILE}u; k++) { sum += leftTile[inTile.y][k] * rightTile[k][inTile.x]; }
        workgroupBarrier();
      }
      if (at.y < sizes.x && at.x < sizes.z) { product[at.y * sizes.z + at.x] = sum; }
    }`;
  const layout = device.createBindGroupLayout({
    entries: bound.map(({ type }, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })),
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
  });
  const entries = bound.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(Math.ceil(columns / TILE), Math.ceil(rows / TILE));
  pass.end();
  encoder.copyBufferToBuffer(output, 0, readable, 0, bytes);
  device.queue.submit([encoder.finish()]);

  await readable.mapAsync(MAP_READ);
  const product = [...new Float32Array(readable.getMappedRange())];
  readable.unmap();
  device.destroy();
  return { architecture: adapter.info.architecture, product, errors };
}
