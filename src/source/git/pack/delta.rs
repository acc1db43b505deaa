//! Deltas: an object as copies from another and bytes of its own (gitformat-pack(5), "Deltified
//! representation").

use crate::model::Copied;
use thiserror::Error;

/// Copies that are told of one delta. Of a hostile one that has more, the rest counts as new bytes,
/// which costs time and no memory.
const MOST_COPIES: usize = 1 << 18;

/// What is wrong with a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeltaError {
    /// The sizes at its beginning, or an instruction, are cut off.
    #[error("its delta ends too early")]
    Truncated,
    /// A size at its beginning takes more than 64 bits.
    #[error("its delta states an impossible size")]
    Size,
    /// It was made for another base.
    #[error("its delta is for an object of another size")]
    OtherBase,
    /// A copy from beyond the end of the base.
    #[error("its delta copies bytes that its base does not have")]
    Copy,
    /// The reserved instruction.
    #[error("its delta has an instruction that git does not know")]
    Instruction,
    /// It makes more or fewer bytes than it states.
    #[error("its delta does not make as many bytes as it states")]
    OtherSize,
    /// The system has no memory left.
    #[error("no memory for the object that its delta makes")]
    Memory,
}

/// A delta, decompressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta<'b> {
    base: &'b [u8],
    size: u64,
    instructions: &'b [u8],
}

impl<'b> Delta<'b> {
    /// A delta against `base`. Only the sizes at its beginning are read.
    pub(super) fn new(base: &'b [u8], mut bytes: &'b [u8]) -> Result<Self, DeltaError> {
        if size(&mut bytes)? != base.len() as u64 {
            return Err(DeltaError::OtherBase);
        }
        Ok(Self {
            base,
            size: size(&mut bytes)?,
            instructions: bytes,
        })
    }

    /// Bytes of the object it makes, as it states.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// Capacity to start with. A small delta may repeat one range of its base many times; then the
    /// buffer grows as it is filled.
    pub(super) fn capacity(&self) -> u64 {
        let proven = self.base.len() + self.instructions.len();
        self.size.min(2 * proven as u64)
    }

    /// Makes the object in `out` and tells which ranges are copied, adjacent ones as one.
    ///
    /// # Errors
    /// When an instruction is wrong, or the sizes are.
    pub(super) fn apply(
        &self,
        out: &mut Vec<u8>,
        copies: &mut Vec<Copied>,
    ) -> Result<(), DeltaError> {
        out.clear();
        copies.clear();
        out.try_reserve_exact(self.capacity() as usize)
            .map_err(|_| DeltaError::Memory)?;
        let mut rest = self.instructions;
        while let Some(step) = Step::next(&mut rest)? {
            let bytes = match step {
                Step::Insert(bytes) => bytes,
                Step::Copy { from, length } => {
                    note(copies, from, out.len(), length);
                    let range = from..from + length;
                    self.base.get(range).ok_or(DeltaError::Copy)?
                }
            };
            if bytes.len() as u64 > self.size - out.len() as u64 {
                return Err(DeltaError::OtherSize);
            }
            out.try_reserve(bytes.len())
                .map_err(|_| DeltaError::Memory)?;
            out.extend_from_slice(bytes);
        }
        match out.len() as u64 == self.size {
            true => Ok(()),
            false => Err(DeltaError::OtherSize),
        }
    }
}

/// Adds a copy, or lengthens the last one if it goes on there.
fn note(copies: &mut Vec<Copied>, from: usize, to: usize, length: usize) {
    if let Some(last) = copies.last_mut()
        && (last.from + last.length, last.to + last.length) == (from, to)
    {
        last.length += length;
    } else if copies.len() < MOST_COPIES {
        copies.push(Copied { from, to, length });
    }
}

/// One instruction.
enum Step<'d> {
    Insert(&'d [u8]),
    Copy { from: usize, length: usize },
}

impl<'d> Step<'d> {
    /// A copy of 64 KiB is written as one of nothing.
    const WHOLE: usize = 0x1_0000;

    fn next(rest: &mut &'d [u8]) -> Result<Option<Self>, DeltaError> {
        let Some((&code, after)) = rest.split_first() else {
            return Ok(None);
        };
        *rest = after;
        match code {
            0 => Err(DeltaError::Instruction),
            1..=0x7f => {
                let (bytes, after) = rest
                    .split_at_checked(usize::from(code))
                    .ok_or(DeltaError::Truncated)?;
                *rest = after;
                Ok(Some(Self::Insert(bytes)))
            }
            0x80.. => {
                let from = number(rest, code & 0xf)?;
                let length = match number(rest, code >> 4 & 7)? {
                    0 => Self::WHOLE,
                    length => length,
                };
                Ok(Some(Self::Copy { from, length }))
            }
        }
    }
}

/// A number of which only the bytes that are not 0 are stored, the lowest first; `present` has a bit
/// for each.
fn number(rest: &mut &[u8], present: u8) -> Result<usize, DeltaError> {
    let mut number = 0;
    for place in 0..4 {
        if present >> place & 1 == 1 {
            let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
            *rest = after;
            number |= usize::from(byte) << (8 * place);
        }
    }
    Ok(number)
}

/// A size of seven bits a byte, the lowest first.
fn size(rest: &mut &[u8]) -> Result<u64, DeltaError> {
    let mut size = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, after) = rest.split_first().ok_or(DeltaError::Truncated)?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(DeltaError::Size);
        }
        size |= bits << shift;
        if byte < 0x80 {
            return Ok(size);
        }
    }
    Err(DeltaError::Size)
}

#[cfg(test)]
mod tests {
    use super::super::tests::encode;
    use super::*;
    use proptest::prelude::*;

    fn applied(base: &[u8], delta: &[u8]) -> Result<(Vec<u8>, Vec<Copied>), DeltaError> {
        let (mut out, mut copies) = (Vec::new(), Vec::new());
        Delta::new(base, delta)?.apply(&mut out, &mut copies)?;
        Ok((out, copies))
    }

    #[test]
    fn adjacent_copies_are_told_as_one() {
        let delta = [8, 9, 0x91, 0, 3, 0x91, 3, 2, 2, b'x', b'y', 0x91, 6, 2];
        let (out, copies) = applied(b"abcdefgh", &delta).unwrap();
        assert_eq!(out, b"abcdexygh");
        let told: Vec<_> = copies.iter().map(|c| (c.from, c.to, c.length)).collect();
        assert_eq!(told, [(0, 0, 5), (6, 7, 2)]);
    }

    #[test]
    fn a_copy_of_nothing_is_one_of_64_kib() {
        let base = vec![7; 0x1_0000];
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        let (out, copies) = applied(&base, &delta).unwrap();
        assert_eq!(out, base);
        assert_eq!(copies[0].length, 0x1_0000);
    }

    #[test]
    fn each_lie_has_its_error() {
        let error = |delta: &[u8]| applied(b"abcd", delta).unwrap_err();
        assert_eq!(error(&[]), DeltaError::Truncated);
        assert_eq!(error(&[4]), DeltaError::Truncated);
        assert_eq!(error(&[4, 2, 2, b'x']), DeltaError::Truncated);
        assert_eq!(error(&[4, 2, 0x91, 0]), DeltaError::Truncated);
        assert_eq!(error(&[0xff; 11]), DeltaError::Size);
        assert_eq!(error(&[5, 1, 1, b'x']), DeltaError::OtherBase);
        assert_eq!(error(&[4, 2, 0x91, 3, 2]), DeltaError::Copy);
        assert_eq!(error(&[4, 1, 0]), DeltaError::Instruction);
        assert_eq!(error(&[4, 1, 2, b'x', b'y']), DeltaError::OtherSize);
        assert_eq!(error(&[4, 3, 2, b'x', b'y']), DeltaError::OtherSize);
    }

    #[test]
    fn a_flood_of_copies_is_not_kept() {
        let length = MOST_COPIES + 10;
        let mut delta = vec![4];
        encode::size(length as u64, &mut delta);
        for index in 0..length {
            delta.extend([0x91, (index % 2) as u8 * 2, 1]);
        }
        let (out, copies) = applied(b"abcd", &delta).unwrap();
        assert_eq!((out.len(), copies.len()), (length, MOST_COPIES));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(
            base in proptest::collection::vec(0_u8..4, 0..300),
            text in proptest::collection::vec(0_u8..4, 0..300),
        ) {
            let (out, copies) = applied(&base, &encode::delta(&base, &text)).unwrap();
            prop_assert_eq!(&out, &text);
            for pair in copies.windows(2) {
                prop_assert!(pair[0].to + pair[0].length <= pair[1].to);
            }
            for copy in copies {
                let from = &base[copy.from..copy.from + copy.length];
                prop_assert_eq!(from, &text[copy.to..copy.to + copy.length]);
            }
        }

        #[test]
        fn noise_is_refused_or_makes_what_it_states(
            base in proptest::collection::vec(any::<u8>(), 0..100),
            delta in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            if let Ok((out, _)) = applied(&base, &delta) {
                prop_assert_eq!(out.len() as u64, Delta::new(&base, &delta).unwrap().size());
            }
        }
    }
}
