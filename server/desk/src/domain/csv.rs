//! Tables as text: cells apart by commas or semicolons, in quotes where they hold one.

/// The rows that hold anything, each with the number of the line in which it begins, from 1. Whether commas or
/// semicolons are between the cells the first line tells.
pub fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let between = if head.matches(';').count() > head.matches(',').count() { ';' } else { ',' };
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1_u32, 1_u32, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            '\n' if !quoted => {
                end(&mut rows, began, &mut row, &mut cell);
                line += 1;
                began = line;
            }
            '\r' if !quoted => {}
            letter if letter == between && !quoted => row.push(std::mem::take(&mut cell)),
            letter => {
                line += u32::from(letter == '\n');
                cell.push(letter);
            }
        }
    }
    end(&mut rows, began, &mut row, &mut cell);
    rows
}

fn end(rows: &mut Vec<(u32, Vec<String>)>, line: u32, row: &mut Vec<String>, cell: &mut String) {
    row.push(std::mem::take(cell));
    let row = std::mem::take(row);
    if row.iter().any(|cell| !cell.trim().is_empty()) {
        rows.push((line, row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_hold_anything_in_quotes() {
        let text = "a;b\r\n\r\n\"x;\"\"y\"\"\nz\";2\n3;";
        let read = rows(text);
        let cells = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(read[0], (1, cells(&["a", "b"])));
        assert_eq!(read[1], (3, cells(&["x;\"y\"\nz", "2"])));
        assert_eq!(read[2], (5, cells(&["3", ""])));
        assert_eq!(rows("").len(), 0);
    }
}
