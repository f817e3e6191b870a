/**
 * The first four bytes of a `Mesh` as it travels, as a little-endian number. By itself: the threads that write meshes load no
 * schemas.
 */
export const meshMagic = 0x314d_5748
