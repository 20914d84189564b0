//! Steps of pictures up and down a ladder of layers.

use smallvec::SmallVec;

use crate::limit::LAYERS_MAX;

/// Who matters more, first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// A screen.
    Screen,
    /// Of whom everybody is to see.
    Pinned,
    /// Of who speaks.
    Speaker,
    /// Everybody else.
    Rest,
}

/// A picture that a subscriber wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) class: Class,
    /// Within its class, lower matters more.
    pub(crate) order: u64,
    /// What its layers take, lowest first; the last is the most that the client wants. Never empty.
    pub(crate) rates_bps: SmallVec<[u64; LAYERS_MAX]>,
    /// The layer that it has; `None` = paused.
    pub(crate) at: Option<usize>,
    /// Nothing was decided about it yet.
    pub(crate) is_new: bool,
}

impl Picture {
    fn bps_at(&self, at: Option<usize>) -> u64 {
        at.and_then(|at| self.rates_bps.get(at)).copied().unwrap_or(0)
    }

    /// What it takes.
    pub(crate) fn bps(&self) -> u64 {
        self.bps_at(self.at)
    }

    /// The most that it could take.
    pub(crate) fn most_bps(&self) -> u64 {
        self.rates_bps.last().copied().unwrap_or(0)
    }

    fn above(&self) -> Option<usize> {
        let next = self.at.map_or(0, |at| at + 1);
        (next < self.rates_bps.len()).then_some(next)
    }

    /// How much more the next layer takes, if there is one.
    fn step_bps(&self) -> Option<u64> {
        self.above().map(|next| self.bps_at(Some(next)).saturating_sub(self.bps()))
    }

    fn rank(&self) -> (Class, u64) {
        (self.class, self.order)
    }
}

/// What they take together.
pub(crate) fn total_bps(pictures: &[Picture]) -> u64 {
    pictures.iter().map(Picture::bps).sum()
}

/// What they would take if everybody had what it wants.
pub(crate) fn wanted_bps(pictures: &[Picture]) -> u64 {
    pictures.iter().map(Picture::most_bps).sum()
}

/// Gives everybody what it wants; how many steps that were.
pub(crate) fn satisfy(pictures: &mut [Picture]) -> u64 {
    let mut steps = 0;
    for picture in pictures {
        let top = picture.rates_bps.len().checked_sub(1);
        steps += u64::from(picture.at != top);
        picture.at = top;
    }
    steps
}

/// Gives those that are new their lowest layer where it fits. Those that matter more come first.
pub(crate) fn place(pictures: &mut [Picture], budget_bps: u64) {
    let mut order: Vec<usize> = (0..pictures.len()).collect();
    order.sort_by_key(|index| pictures.get(*index).map(Picture::rank));
    for index in order {
        let total = total_bps(pictures);
        let Some(picture) = pictures.get_mut(index).filter(|picture| picture.is_new) else { continue };
        picture.is_new = false;
        picture.at = (total.saturating_add(picture.bps_at(Some(0))) <= budget_bps).then_some(0);
    }
}

/// Takes steps down until everything fits, or nothing is left; how many. The lowest class first, in it the highest layer; when
/// all have their lowest, the last of the lowest class pauses.
pub(crate) fn lower(pictures: &mut [Picture], budget_bps: u64) -> u64 {
    let mut steps = 0;
    while total_bps(pictures) > budget_bps {
        let Some(picture) = next_down(pictures, |_| true) else { return steps };
        picture.at = picture.at.and_then(|at| at.checked_sub(1));
        steps += 1;
    }
    steps
}

fn next_down(pictures: &mut [Picture], allowed: impl Fn(&Picture) -> bool) -> Option<&mut Picture> {
    pictures
        .iter_mut()
        .filter(|picture| picture.at.is_some() && allowed(picture))
        .max_by_key(|picture| (picture.at > Some(0), picture.class, picture.at, picture.order))
}

/// Takes the steps up that fit now; how many. `takes`: whether the line takes so much for pictures in all. All who are paused
/// come first, by rank; else one step of one picture, by class and lowest layer. One that matters more may take from those of
/// lower classes.
pub(crate) fn raise(pictures: &mut [Picture], takes: impl Fn(u64) -> bool) -> u64 {
    let mut steps = 0;
    for index in upward(pictures) {
        let Some(picture) = pictures.get(index) else { continue };
        let (was_paused, Some(step)) = (picture.at.is_none(), picture.step_bps()) else { continue };
        if steps > 0 && !was_paused {
            break;
        }
        let total = total_bps(pictures).saturating_add(step);
        if !takes(total)
            && !make_room(pictures, index, |freed| takes(total.saturating_sub(freed)), was_paused)
        {
            continue;
        }
        if let Some(picture) = pictures.get_mut(index) {
            picture.at = picture.above();
            steps += 1;
        }
    }
    steps
}

/// What the next step up takes beyond what goes out.
pub(crate) fn next_step_bps(pictures: &[Picture]) -> Option<u64> {
    upward(pictures).into_iter().find_map(|index| pictures.get(index)?.step_bps())
}

/// Those that could go up, in the order in which they may.
fn upward(pictures: &[Picture]) -> Vec<usize> {
    let could = |(_, picture): &(usize, &Picture)| picture.above().is_some();
    let mut order: Vec<_> = pictures.iter().enumerate().filter(could).collect();
    order.sort_by_key(|(_, picture)| (picture.at.is_some(), picture.class, picture.at, picture.order));
    order.into_iter().map(|(index, _)| index).collect()
}

/// Lowers pictures of lower classes until so much is free that it is enough; false, and nothing is changed, if there is not.
fn make_room(pictures: &mut [Picture], index: usize, enough: impl Fn(u64) -> bool, may_pause: bool) -> bool {
    let Some(class) = pictures.get(index).map(|picture| picture.class) else { return false };
    let before: SmallVec<[Option<usize>; 16]> = pictures.iter().map(|picture| picture.at).collect();
    let total = total_bps(pictures);
    let allowed = |picture: &Picture| picture.class > class && (may_pause || picture.at > Some(0));
    loop {
        let Some(picture) = next_down(pictures, allowed) else {
            pictures.iter_mut().zip(before).for_each(|(picture, at)| picture.at = at);
            return false;
        };
        picture.at = picture.at.and_then(|at| at.checked_sub(1));
        if enough(total.saturating_sub(total_bps(pictures))) {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures of 100, 300 and 900 kbit/s, by class.
    fn of(classes: &[(Class, Option<usize>)]) -> Vec<Picture> {
        let one = |(order, (class, at)): (usize, &(Class, Option<usize>))| Picture {
            class: *class,
            order: order as u64,
            rates_bps: [100, 300, 900].into_iter().collect(),
            at: *at,
            is_new: false,
        };
        classes.iter().enumerate().map(one).collect()
    }

    fn at(pictures: &[Picture]) -> Vec<Option<usize>> {
        pictures.iter().map(|picture| picture.at).collect()
    }

    use Class::{Pinned, Rest, Screen, Speaker};

    #[test]
    fn the_lowest_class_goes_down_first_and_the_highest_layer_in_it() {
        let mut all = of(&[(Pinned, Some(2)), (Rest, Some(1)), (Rest, Some(2))]);
        assert_eq!(lower(&mut all, 1_500), 1);
        assert_eq!(at(&all), [Some(2), Some(1), Some(1)]);
        assert_eq!(lower(&mut all, 1_100), 2);
        assert_eq!(at(&all), [Some(2), Some(0), Some(0)]);
        lower(&mut all, 200);
        assert_eq!(at(&all), [Some(0), Some(0), None], "all at their lowest, then the last pauses");
        lower(&mut all, 0);
        assert_eq!(at(&all), [None; 3]);
    }

    #[test]
    fn a_screen_is_the_last_to_pause() {
        let mut all = of(&[(Rest, Some(0)), (Screen, Some(0)), (Pinned, Some(0))]);
        all[1].rates_bps = [500].into_iter().collect();
        lower(&mut all, 500);
        assert_eq!(at(&all), [None, Some(0), None]);
    }

    #[test]
    fn the_paused_come_back_together_and_before_anybody_gets_more() {
        let mut all = of(&[(Pinned, Some(0)), (Rest, None), (Rest, None), (Rest, None)]);
        assert_eq!(raise(&mut all, |total| total <= 350), 2);
        assert_eq!(at(&all), [Some(0), Some(0), Some(0), None]);
        assert_eq!(raise(&mut all, |total| total <= 10_000), 1);
        assert_eq!(raise(&mut all, |total| total <= 10_000), 1, "then one step at a time");
        assert_eq!(at(&all), [Some(1), Some(0), Some(0), Some(0)]);
    }

    #[test]
    fn who_matters_more_takes_from_lower_classes() {
        let mut all = of(&[(Rest, Some(1)), (Rest, Some(1)), (Speaker, Some(1))]);
        assert_eq!(raise(&mut all, |total| total <= 1_100), 1);
        assert_eq!(at(&all), [Some(0), Some(0), Some(2)]);
        assert_eq!(raise(&mut all, |total| total <= 1_100), 0, "equals do not take from each other");
        let mut paused = of(&[(Rest, Some(0)), (Screen, None)]);
        assert_eq!(raise(&mut paused, |total| total <= 150), 1);
        assert_eq!(at(&paused), [None, Some(0)]);
        let mut poor = of(&[(Rest, Some(0)), (Pinned, Some(0))]);
        assert_eq!(raise(&mut poor, |total| total <= 250), 0, "nobody pauses for somebody's better picture");
    }

    #[test]
    fn the_new_are_placed_by_rank() {
        let mut all = of(&[(Rest, None), (Rest, None), (Screen, None)]);
        all.iter_mut().for_each(|picture| picture.is_new = true);
        place(&mut all, 250);
        assert_eq!(at(&all), [Some(0), None, Some(0)]);
        assert_eq!(next_step_bps(&all), Some(100));
        assert_eq!(satisfy(&mut all), 3);
        assert_eq!((next_step_bps(&all), total_bps(&all), wanted_bps(&all)), (None, 2_700, 2_700));
    }
}
