import { describe, expect, it } from "vitest";
import { readTar } from "../tools/software-vulkan/dist/tar.js";

const END = new Uint8Array(1024);

describe("reading a tar archive", () => {
  it("gives its files with path, mode and content, and no folders", () => {
    const archive = join(
      entry("lib/", { type: "5" }),
      entry("lib/a.so", { content: "abc", mode: "0000755" }),
      entry("b.json", { prefix: "deep/er", content: "" }),
      END,
    );
    const files = [...readTar(archive)].map(({ path, mode, data }) => [
      path,
      mode,
      new TextDecoder().decode(data),
    ]);
    expect(files).toEqual([
      ["lib/a.so", 0o755, "abc"],
      ["deep/er/b.json", 0o644, ""],
    ]);
  });

  it.each([
    ["a link", join(entry("a", { type: "2" }), END), /neither a file nor a folder/],
    ["a path that leads out", join(entry("lib/../../a"), END), /leads out/],
    ["an absolute path", join(entry("/a"), END), /leads out/],
    ["a damaged header", join(entry("a").fill(0x61, 0, 1).fill(0x62, 1, 2), END), /damaged header at 0/],
    ["a file that is cut off", join(entry("a", { content: "abc" })).subarray(0, 514), /"a" is cut off/],
    ["an archive without an end", entry("a"), /without its end mark/],
  ])("refuses %s", (_name, archive, message) => {
    expect(() => [...readTar(archive)]).toThrow(message);
  });
});

interface EntryFields {
  readonly type?: string;
  readonly mode?: string;
  readonly prefix?: string;
  readonly content?: string;
}

/** A header and its content, padded to blocks of 512 bytes. */
function entry(path: string, { type = "0", mode = "0000644", prefix = "", content = "" }: EntryFields = {}) {
  const block = Buffer.alloc(512 + Math.ceil(content.length / 512) * 512);
  block.write(path, 0);
  block.write(mode, 100);
  block.write(content.length.toString(8).padStart(11, "0"), 124);
  block.fill(" ", 148, 156);
  block.write(type, 156);
  block.write("ustar", 257);
  block.write(prefix, 345);
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  block.write(sum.toString(8).padStart(6, "0"), 148);
  block.write("\0 ", 154);
  block.write(content, 512);
  return block;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
