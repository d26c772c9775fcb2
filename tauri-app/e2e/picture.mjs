// A photograph made on the spot: a PNG that no two calls share.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { crc32 as checksum, deflateSync } from "node:zlib";

/** Writes a picture of so many pixels; answers its bytes. */
export async function picture(file, width = 640, height = 480) {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  const tone = randomBytes(3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) rows[y * (width * 3 + 1) + 1 + x * 3 + c] = (tone[c] + x + y * (c + 1)) & 255;
  return write(file, width, height, rows);
}

/** Writes a small file that claims to be of 200 million pixels. */
export function hugePicture(file) {
  return write(file, 20_000, 10_000, Buffer.alloc(1000));
}

async function write(file, width, height, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  const bytes = Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  await writeFile(file, bytes);
  return bytes;
}

function chunk(name, body) {
  const named = Buffer.concat([Buffer.from(name), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(checksum(named));
  return Buffer.concat([length, named, sum]);
}
