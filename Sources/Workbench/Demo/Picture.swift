import Frames

/// A frame as coloured half-block characters: each cell is two pixels, one above the other.
struct Picture {
    /// In character cells.
    let columns: Int
    let rows: Int

    /// The largest picture of the shape `width` : `height` within `columns` × `rows` cells, each
    /// cell being about twice as high as wide.
    init(width: Int, height: Int, columns: Int, rows: Int) {
        let fitting = min(columns, 2 * rows * width / height)
        self.columns = max(fitting, 1)
        self.rows = max(self.columns * height / width / 2, 1)
    }

    /// One string per row, with 24-bit colours and a reset at the end.
    func lines(_ frame: Frame, _ overlay: Overlay = Overlay()) -> [String] {
        cells(frame, overlay).lines
    }

    func cells(_ frame: Frame, _ overlay: Overlay = Overlay()) -> PictureCells {
        var cells = PictureCells(columns: columns, rows: rows)
        for row in 0..<rows {
            for column in 0..<columns {
                cells[column, row].top = colour(frame, column, 2 * row)
                cells[column, row].bottom = colour(frame, column, 2 * row + 1)
            }
        }
        cells.draw(overlay)
        return cells
    }

    /// The mean of the pixels under half a cell, as 0xRRGGBB.
    func colour(_ frame: Frame, _ column: Int, _ halfRow: Int) -> Int {
        let left = column * frame.width / columns
        let right = max((column + 1) * frame.width / columns, left + 1)
        let top = halfRow * frame.height / (2 * rows)
        let bottom = max((halfRow + 1) * frame.height / (2 * rows), top + 1)
        var luma = 0
        for y in top..<bottom {
            let row = frame.luma.row(y)
            for x in left..<right { luma += Int(row[x]) }
        }
        luma /= (right - left) * (bottom - top)
        let chroma = frame.chroma.row((top + bottom) / 4)
        let pair = (left + right) / 4 * 2
        return rgb(
            luma: luma, blue: Int(chroma[pair]) - 128, red: Int(chroma[pair + 1]) - 128)
    }

    /// Full-range YCbCr to RGB in eight binary places. Source: ITU-T T.871 (JFIF), section 7.
    private func rgb(luma: Int, blue: Int, red: Int) -> Int {
        func clamp(_ value: Int) -> Int { min(max(value, 0), 255) }
        let r = clamp(luma + (359 * red) >> 8)
        let g = clamp(luma - (88 * blue + 183 * red) >> 8)
        let b = clamp(luma + (454 * blue) >> 8)
        return r << 16 | g << 8 | b
    }
}
