/**
 * The checksum of datagrams that are not sealed.
 *
 * @module
 */

const TABLE = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb8_8320 : value >>> 1;
  return value;
});

/**
 * The CRC-32 of IEEE 802.3. UDP's own checksum is optional in IPv4, and misses pairs of flipped bits that
 * this one finds. `node:zlib` has it only since Node 20.15.
 */
export function crc32(bytes: Uint8Array, end: number = bytes.length): number {
  let crc = 0xffff_ffff;
  for (let at = 0; at < end; at++) crc = (TABLE[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
