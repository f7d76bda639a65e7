import { execFileSync, spawn } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CsvFile, probeWritable, writeFileDurably } from "@c10k-lab/files";
import { describe, expect, test } from "vitest";

const isRoot = process.getuid?.() === 0;

function makePlace(): string {
  return mkdtempSync(join(tmpdir(), "c10k-special-"));
}

function write(path: string): void {
  probeWritable(path);
  writeFileDurably(path, "content");
}

describe("trial 18: devices and pipes", () => {
  test("a named pipe gets the content and stays a pipe", async () => {
    const path = join(makePlace(), "pipe");
    execFileSync("mkfifo", [path]);
    const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] });
    const read = text(reader.stdout);
    // The reader has opened the pipe as soon as a writer does not fail with ENXIO.
    await expect.poll(() => tryTo(() => writeFileDurably(path, "content"))).toBe("written");
    expect(await read).toBe("content");
    expect(lstatSync(path).isFIFO()).toBe(true);
  });

  test("a named pipe that no process reads is refused, not waited for", () => {
    const path = join(makePlace(), "pipe");
    execFileSync("mkfifo", [path]);
    expect(() => writeFileDurably(path, "content")).toThrow("ENXIO");
    expect(() => CsvFile.create(path, ["column"])).toThrow("ENXIO");
    expect(() => probeWritable(path)).toThrow("ENXIO");
  });

  test("the reader of a named pipe that was probed waits for the content", async () => {
    const path = join(makePlace(), "pipe");
    execFileSync("mkfifo", [path]);
    const reader = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] });
    const read = text(reader.stdout);
    await expect.poll(() => tryTo(() => probeWritable(path))).toBe("written");
    writeFileDurably(path, "content");
    expect(await read).toBe("content");
  });

  test.runIf(isRoot)("a device stays a device", () => {
    const path = join(makePlace(), "null");
    execFileSync("mknod", [path, "c", "1", "3"]);
    write(path);
    CsvFile.create(path, ["column"]).close();
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
  });

  test("an anonymous pipe is written through its name in /dev/fd", () => {
    const program = `
      import { writeFileDurably } from "@c10k-lab/files";
      writeFileDurably("/dev/fd/1", "content");`;
    // A pipe of the shell: those that Node makes for its children are sockets.
    const script = '"$0" --input-type=module -e "$1" | cat';
    const options = { cwd: import.meta.dirname, encoding: "utf8" } as const;
    expect(execFileSync("sh", ["-c", script, process.execPath, program], options)).toBe("content");
  });
});

describe("trial 19: files that must not be replaced", () => {
  test.each(["existing", "missing"])(
    "a symbolic link to an %s file stays, and the file has the content",
    (kind) => {
      const place = makePlace();
      mkdirSync(join(place, "far"));
      const target = join(place, "far", "file.json");
      if (kind === "existing") writeFileSync(target, "before");
      const link = join(place, "link.json");
      symlinkSync("far/file.json", link);
      write(link);
      expect(readlinkSync(link)).toBe("far/file.json");
      expect(readFileSync(target, "utf8")).toBe("content");
      expect(readdirSync(join(place, "far"))).toEqual(["file.json"]);
    },
  );

  test.runIf(isRoot)("a mounted file is overwritten, and no temporary file is left", () => {
    const place = makePlace();
    const source = join(place, "source.json");
    const mounted = join(place, "mounted.json");
    for (const path of [source, mounted]) writeFileSync(path, "before");
    execFileSync("mount", ["--bind", source, mounted]);
    try {
      write(mounted);
      expect(readFileSync(source, "utf8")).toBe("content");
    } finally {
      execFileSync("umount", [mounted]);
    }
    expect(readdirSync(place).toSorted()).toEqual(["mounted.json", "source.json"]);
  });

  test("a folder is refused before there is content", () => {
    const place = makePlace();
    mkdirSync(join(place, "folder"));
    expect(() => probeWritable(join(place, "folder"))).toThrow("EISDIR");
    expect(() => writeFileDurably(join(place, "folder"), "content")).toThrow("EISDIR");
    expect(readdirSync(place)).toEqual(["folder"]);
  });
});

function tryTo(work: () => void): string {
  try {
    work();
    return "written";
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ["255 letters", "x".repeat(255)],
  ["85 signs of three bytes", "測".repeat(85)],
  ["63 signs of four bytes", "🐢".repeat(63)],
  ["a line break", "a\nb.json"],
  ["letters and accents apart (NFD)", "e\u0301.json"],
])("a name of %s is written, and nothing else", (_, name) => {
  const folder = makePlace();
  write(join(folder, name));
  expect(readdirSync(folder)).toEqual([name]);
});

test("a loop of links is refused before there is content", () => {
  const path = join(makePlace(), "loop");
  symlinkSync(path, path);
  expect(() => probeWritable(path)).toThrow("ELOOP");
});

test.each(["none/", "none/.", "none/.."])(
  "%s, which only a folder can be called, is refused before there is content",
  (name) => {
    const folder = makePlace();
    expect(() => probeWritable(`${folder}/${name}`)).toThrow("EISDIR");
    expect(readdirSync(folder)).toEqual([]);
  },
);
