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

/**
 * A block allocator on one fixed WebAssembly memory (plain buffers where there is no WebAssembly). Blocks are 64-byte
 * aligned and come in size classes, four a doubling: at most a quarter of a block is padding, and a freed block
 * serves every later request of its class. The memory is committed lazily by the engine: an unused arena costs
 * nothing.
 */
export class Arena {
  readonly #wanted: number;
  #buffer: ArrayBuffer | undefined;
  #capacity = 0;
  /** First byte that was never used. Offset 0 stays unused, so that no block starts there. */
  #top = alignment;
  #used = 0;
  readonly #freeBlocks = new Map<number, Block[]>();
  #freeBytes = 0;

  /** @param bytes capacity; halved until the engine grants it (default 4 GiB) */
  constructor(bytes = 65_536 * pageBytes) {
    this.#wanted = bytes;
  }

  /** The one buffer; made at the first use. */
  get buffer(): ArrayBuffer {
    if (this.#buffer === undefined) {
      this.#buffer = reserve(this.#wanted);
      this.#capacity = this.#buffer.byteLength;
    }
    return this.#buffer;
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
    if (this.#top + byteLength > this.#capacity) throw this.#full(bytes);
    const block = { byteOffset: this.#top, byteLength };
    this.#top += byteLength;
    this.#used += byteLength;
    return block;
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
      got: `${this.#used} of ${this.#capacity} bytes in use, ${this.#freeBytes} in free blocks of other sizes`,
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

function reserve(bytes: number): ArrayBuffer {
  const pages = Math.max(1, Math.min(65_536, Math.ceil(bytes / pageBytes)));
  if (typeof WebAssembly !== "object") return new ArrayBuffer(Math.min(bytes, 2 ** 30));
  for (let size = pages; ; size = Math.ceil(size / 2)) {
    try {
      return new WebAssembly.Memory({ initial: size, maximum: size }).buffer as ArrayBuffer;
    } catch (error) {
      if (size === 1 || !(error instanceof RangeError)) throw error;
    }
  }
}
