//! Whether the data of a scan holds all of its blocks. One that was cut short decodes to a picture that is grey from there on, at the
//! cost of a whole one; to count the blocks costs no memory.

use super::BadPicture;

/// One colour of a frame: how many blocks of it lie in a unit, across and down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Component {
    pub id: u8,
    pub across: u32,
    pub down: u32,
}

/// A Huffman table as it stands in the file: how many codes there are of each length, and what they say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes<'a> {
    counts: &'a [u8],
    symbols: &'a [u8],
}

/// The tables in force, for the first coefficient of a block and for the others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tables<'a>([[Option<Codes<'a>>; 4]; 2]);

impl<'a> Tables<'a> {
    /// Takes over the tables of a segment.
    pub(super) fn define(&mut self, mut segment: &'a [u8]) -> Result<(), BadPicture> {
        while let Some((head, rest)) = segment.split_first() {
            let (counts, rest) = rest.split_at_checked(16).ok_or(BadPicture::Broken)?;
            let (symbols, rest) = rest.split_at_checked(counts.iter().map(|count| usize::from(*count)).sum()).ok_or(BadPicture::Broken)?;
            let place = self.0.get_mut(usize::from(head >> 4)).and_then(|class| class.get_mut(usize::from(head & 15)));
            *place.ok_or(BadPicture::Broken)? = Some(Codes { counts, symbols });
            segment = rest;
        }
        Ok(())
    }

    fn lookup(&self, class: usize, id: u8) -> Result<Lookup, BadPicture> {
        let codes = self.0[class].get(usize::from(id)).copied().flatten().ok_or(BadPicture::Broken)?;
        Lookup::of(codes)
    }
}

/// What the next sixteen bits begin with: a symbol and its length; no length where no code begins so.
struct Lookup(Vec<(u8, u8)>);

impl Lookup {
    fn of(codes: Codes<'_>) -> Result<Self, BadPicture> {
        let mut begins = Vec::with_capacity(1 << 16);
        let mut symbols = codes.symbols.iter();
        for (length, count) in (1_u8..).zip(codes.counts) {
            for symbol in symbols.by_ref().take(usize::from(*count)) {
                begins.resize(begins.len() + (1 << (16 - length)), (*symbol, length));
                if begins.len() > 1 << 16 {
                    return Err(BadPicture::Broken);
                }
            }
        }
        begins.resize(1 << 16, (0, 0));
        Ok(Self(begins))
    }
}

/// What of a frame a scan is counted by.
pub(super) struct Layout<'a> {
    pub width: u32,
    pub height: u32,
    pub components: &'a [Component],
    /// So many units lie between two marks to begin anew at; none where there are no marks.
    pub restart: u32,
}

/// Counts the blocks of a scan with this `head`.
///
/// # Errors
/// [`BadPicture::Broken`] when some are missing or cannot be told.
pub(super) fn check(layout: &Layout<'_>, tables: &Tables<'_>, head: &[u8], data: &[u8]) -> Result<(), BadPicture> {
    let (count, rest) = head.split_first().ok_or(BadPicture::Broken)?;
    let list = rest.get(..usize::from(*count) * 2).ok_or(BadPicture::Broken)?;
    let of = |id: u8| layout.components.iter().find(|component| component.id == id).copied().ok_or(BadPicture::Broken);
    let most_across = layout.components.iter().map(|component| component.across).max().ok_or(BadPicture::Broken)?;
    let most_down = layout.components.iter().map(|component| component.down).max().ok_or(BadPicture::Broken)?;
    let mut unit = Vec::new();
    for pair in list.chunks_exact(2) {
        let component = of(pair[0])?;
        let blocks = if list.len() == 2 { 1 } else { component.across * component.down };
        unit.push((blocks, tables.lookup(0, pair[1] >> 4)?, tables.lookup(1, pair[1] & 15)?));
    }
    // A scan of one colour holds its own blocks, one of several holds units of all of them.
    let units = match list {
        [id, _] => {
            let component = of(*id)?;
            let wide = (layout.width * component.across).div_ceil(most_across).div_ceil(8);
            wide * (layout.height * component.down).div_ceil(most_down).div_ceil(8)
        }
        _ => layout.width.div_ceil(8 * most_across) * layout.height.div_ceil(8 * most_down),
    };
    let mut bits = Bits { data, at: 0, held: 0, count: 0 };
    for n in 0..units {
        if layout.restart > 0 && n > 0 && n % layout.restart == 0 {
            bits.begin_anew()?;
        }
        for (blocks, first, others) in &unit {
            for _ in 0..*blocks {
                bits.block(first, others)?;
            }
        }
    }
    Ok(())
}

struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
}

impl Bits<'_> {
    /// Holds at least sixteen bits, or all there are up to the next mark.
    fn fill(&mut self) {
        while self.count <= 48 {
            let next = match (self.data.get(self.at), self.data.get(self.at + 1)) {
                (Some(0xFF), Some(0x00)) => {
                    self.at += 2;
                    0xFF
                }
                (Some(0xFF) | None, _) => return,
                (Some(byte), _) => {
                    self.at += 1;
                    *byte
                }
            };
            self.held = (self.held << 8) | u64::from(next);
            self.count += 8;
        }
    }

    fn skip(&mut self, bits: u8) -> Result<(), BadPicture> {
        self.count = self.count.checked_sub(bits.into()).ok_or(BadPicture::Broken)?;
        Ok(())
    }

    fn symbol(&mut self, table: &Lookup) -> Result<u8, BadPicture> {
        self.fill();
        let ahead = if self.count >= 16 { self.held >> (self.count - 16) } else { self.held << (16 - self.count) };
        let (symbol, length) = table.0[usize::from(u16::try_from(ahead & 0xFFFF).unwrap_or(0))];
        if length == 0 {
            return Err(BadPicture::Broken);
        }
        self.skip(length)?;
        // What a symbol says is followed by at most fifteen bits.
        self.fill();
        Ok(symbol)
    }

    fn block(&mut self, first: &Lookup, others: &Lookup) -> Result<(), BadPicture> {
        let size = self.symbol(first)?;
        self.skip(size & 15)?;
        let mut place = 1;
        while place < 64 {
            let symbol = self.symbol(others)?;
            let (zeroes, size) = (symbol >> 4, symbol & 15);
            match (zeroes, size) {
                (15, 0) => place += 16,
                (_, 0) => break,
                _ => place += u32::from(zeroes) + 1,
            }
            self.skip(size)?;
        }
        Ok(())
    }

    /// Goes on behind the next mark.
    fn begin_anew(&mut self) -> Result<(), BadPicture> {
        (self.held, self.count) = (0, 0);
        let ahead = self.data.get(self.at..).ok_or(BadPicture::Broken)?;
        let mark = ahead.windows(2).position(|pair| matches!(pair, [0xFF, 0xD0..=0xD7])).ok_or(BadPicture::Broken)?;
        self.at += mark + 2;
        Ok(())
    }
}
