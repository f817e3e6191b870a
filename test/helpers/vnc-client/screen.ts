/** A picture in memory, three bytes of red, green and blue to a pixel. */
export interface Screen {
  readonly width: number
  readonly height: number
  /** What was there is gone. */
  resize(width: number, height: number): void
  /** Rows of four bytes a pixel: blue, green, red, nothing. */
  draw(x: number, y: number, width: number, rows: Buffer): void
  copy(fromX: number, fromY: number, x: number, y: number, width: number, height: number): void
  /** `#rrggbb`. */
  pixel(x: number, y: number): string
}

export function createScreen(width: number, height: number): Screen {
  let data = Buffer.alloc(width * height * 4)
  const at = (x: number, y: number) => (y * width + x) * 4
  return {
    get width() {
      return width
    },
    get height() {
      return height
    },
    resize(newWidth, newHeight) {
      width = newWidth
      height = newHeight
      data = Buffer.alloc(width * height * 4)
    },
    draw(x, y, columns, rows) {
      for (let row = 0; row * columns * 4 < rows.length; row++) {
        rows.copy(data, at(x, y + row), row * columns * 4, (row + 1) * columns * 4)
      }
    },
    copy(fromX, fromY, x, y, columns, height) {
      const rows = Array.from({ length: height }, (_, row) => {
        const start = at(fromX, fromY + row)
        return Buffer.from(data.subarray(start, start + columns * 4))
      })
      for (const [row, pixels] of rows.entries()) pixels.copy(data, at(x, y + row))
    },
    pixel(x, y) {
      if (x < 0 || y < 0 || x >= width || y >= height) throw new Error(`There is no pixel ${x}, ${y}.`)
      return `#${data.readUIntLE(at(x, y), 3).toString(16).padStart(6, '0')}`
    },
  }
}
