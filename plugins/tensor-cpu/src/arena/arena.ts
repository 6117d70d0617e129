import { BitaleError } from "@bitale/core";

/** Where blocks come from: one buffer that never moves and never grows, so that views of it never detach. */
export interface ArenaStatistics {
  /** Bytes that are in use, rounded up to the sizes of blocks. */
  readonly used: number;
  /** Bytes in free blocks that wait to be used again. */
  readonly free: number;
  /** Bytes that were ever used at once, or in other words how much memory the engine had to commit. */
  readonly highWater: number;
  readonly capacity: number;
}

/** A piece of the arena. */
export interface Block {
  readonly byteOffset: number;
  readonly byteLength: number;
}

const pageBytes = 65_536;
const alignment = 64;
/** Left unused at the end: kernels that work in whole vectors may read a little behind a block. */
const guardBytes = 64;

/**
 * A block allocator on one fixed WebAssembly memory (plain buffers where there is no WebAssembly). Blocks are 64-byte
 * aligned and come in size classes, four a doubling: at most a quarter of a block is padding, and a freed block
 * serves the next request of its class. When the memory is used up, neighbouring free blocks are joined and serve any
 * request. The memory is committed lazily by the engine: an unused arena costs nothing.
 */
export class Arena {
  readonly #wanted: number;
  readonly #shared: boolean;
  #memory: WebAssembly.Memory | undefined;
  #buffer: ArrayBuffer | undefined;
  #capacity = 0;
  /** First byte that was never used. Offset 0 stays unused, so that no block starts there. */
  #top = alignment;
  #used = 0;
  readonly #freeBlocks = new Map<number, Block[]>();
  /** Free blocks that were joined, by address. */
  #regions: Block[] = [];
  #freeBytes = 0;

  /**
   * @param bytes capacity; halved until the engine grants it (default 4 GiB)
   * @param shared true: memory that other threads can see
   */
  constructor(bytes = 65_536 * pageBytes, shared = false) {
    this.#wanted = bytes;
    this.#shared = shared;
  }

  /** The one buffer; made at the first use. */
  get buffer(): ArrayBuffer {
    if (this.#buffer === undefined) {
      this.#memory = reserve(this.#wanted, this.#shared);
      this.#buffer = (this.#memory?.buffer ??
        new ArrayBuffer(Math.min(this.#wanted, 2 ** 30))) as ArrayBuffer;
      this.#capacity = this.#buffer.byteLength - guardBytes;
    }
    return this.#buffer;
  }

  /** The WebAssembly.Memory that the buffer belongs to (declared openly: not every consumer knows its type). */
  get memory(): object | undefined {
    void this.buffer;
    return this.#memory;
  }

  /** Whether a buffer is the arena's (without making it). */
  holds(buffer: ArrayBufferLike): boolean {
    return buffer === this.#buffer;
  }

  /** @throws BitaleError OUT_OF_MEMORY; nothing has changed then */
  allocate(bytes: number): Block {
    const byteLength = classOf(bytes);
    const reused = this.#freeBlocks.get(byteLength)?.pop();
    if (reused !== undefined) {
      this.#freeBytes -= byteLength;
      this.#used += byteLength;
      return reused;
    }
    void this.buffer;
    let block = this.#cut(byteLength) ?? this.#extend(byteLength);
    if (block === undefined) {
      this.#join();
      block = this.#cut(byteLength) ?? this.#extend(byteLength);
    }
    if (block === undefined) throw this.#full(bytes);
    this.#used += byteLength;
    return block;
  }

  /** A block from memory that was never used. */
  #extend(byteLength: number): Block | undefined {
    if (this.#top + byteLength > this.#capacity) return undefined;
    const block = { byteOffset: this.#top, byteLength };
    this.#top += byteLength;
    return block;
  }

  /** A block from the joined ones: the first that is large enough gives what is asked for and keeps the rest. */
  #cut(byteLength: number): Block | undefined {
    const at = this.#regions.findIndex((region) => region.byteLength >= byteLength);
    const region = this.#regions[at];
    if (region === undefined) return undefined;
    const { byteOffset } = region;
    const rest = { byteOffset: byteOffset + byteLength, byteLength: region.byteLength - byteLength };
    this.#regions.splice(at, 1, ...(rest.byteLength === 0 ? [] : [rest]));
    this.#freeBytes -= byteLength;
    return { byteOffset, byteLength };
  }

  /** Joins neighbouring free blocks. */
  #join(): void {
    const free = [...this.#regions, ...[...this.#freeBlocks.values()].flat()];
    this.#freeBlocks.clear();
    this.#regions = [];
    for (const { byteOffset, byteLength } of free.sort((a, b) => a.byteOffset - b.byteOffset)) {
      const last = this.#regions.at(-1);
      if (last !== undefined && last.byteOffset + last.byteLength === byteOffset)
        this.#regions[this.#regions.length - 1] = { ...last, byteLength: last.byteLength + byteLength };
      else this.#regions.push({ byteOffset, byteLength });
    }
    const last = this.#regions.at(-1);
    if (last !== undefined && last.byteOffset + last.byteLength === this.#top) {
      this.#regions.pop();
      this.#top = last.byteOffset;
      this.#freeBytes -= last.byteLength;
    }
  }

  /** Gives a block back. The caller must not free it twice. */
  free(block: Block): void {
    const list = this.#freeBlocks.get(block.byteLength);
    if (list === undefined) this.#freeBlocks.set(block.byteLength, [block]);
    else list.push(block);
    this.#used -= block.byteLength;
    this.#freeBytes += block.byteLength;
  }

  get statistics(): ArenaStatistics {
    return {
      used: this.#used,
      free: this.#freeBytes,
      highWater: this.#top,
      capacity: this.#capacity || this.#wanted,
    };
  }

  #full(bytes: number): BitaleError {
    return new BitaleError("OUT_OF_MEMORY", {
      subject: "tensor-cpu's arena",
      problem: `no room for ${bytes} bytes`,
      got: `${this.#used} of ${this.#capacity} bytes in use, ${this.#freeBytes} in free blocks that are too small`,
      cure: 'dispose variables that are no longer used, pass borrow: true, or raise pluginOptions["tensor-cpu"].arenaBytes',
    });
  }
}

/** The size of the block that serves a request: the next of 64 * {4, 5, 6, 7} * 2^k / 4, at least 64. */
export function classOf(bytes: number): number {
  const units = Math.max(1, Math.ceil(bytes / alignment));
  if (units <= 4) return units * alignment;
  const step = 2 ** (Math.floor(Math.log2(units - 1)) - 2);
  return Math.ceil(units / step) * step * alignment;
}

function reserve(bytes: number, shared: boolean): WebAssembly.Memory | undefined {
  const pages = Math.max(1, Math.min(65_536, Math.ceil(bytes / pageBytes)));
  if (typeof WebAssembly !== "object") return undefined;
  for (let size = pages; ; size = Math.ceil(size / 2)) {
    try {
      return new WebAssembly.Memory({ initial: size, maximum: size, shared });
    } catch (error) {
      if (size === 1 || !(error instanceof RangeError)) throw error;
    }
  }
}
