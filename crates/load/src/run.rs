//! A run: rooms are made, people come, stay and leave, rooms are removed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::api::{Pass, Room};
use crate::board::Standing;
use crate::dial::Dial;
use crate::error::LoadError;
use crate::metrics;
use crate::own::{Look, Usage};
use crate::person::Person;
use crate::plan::Plan;
use crate::report::{Outcome, Report};
use crate::scene::Scene;
use crate::seen::Seen;

/// When the server is asked how much memory it has with everybody in it.
const BEFORE_THE_END: Duration = Duration::from_millis(500);

/// What one thread made.
type Made = (Vec<Outcome>, Usage);

/// Carries out a plan. `stop` ends it early, with a report of what there was; `each_second` hears how things stand.
///
/// # Errors
/// The plan makes no sense, the server cannot be reached or refuses to make meetings, or no thread can be started. What
/// goes wrong with people is in the report. Meetings that were made are removed in any case.
pub async fn run(
    plan: Plan,
    stop: impl Future<Output = ()>,
    each_second: impl FnMut(u64, Standing),
) -> Result<Report, LoadError> {
    let scene = Arc::new(Scene::new(plan).await?);
    let metrics = match &scene.plan.metrics {
        Some(target) => Some(Dial::new(target.clone(), scene.plan.ca_file.as_deref())?),
        None => None,
    };
    let before = counters(metrics.as_ref()).await;
    let (mut rooms, mut full) = (Vec::new(), None);
    let carried = match make(&scene, &mut rooms).await {
        Ok(()) => {
            let mut carried = std::pin::pin!(carry(&scene, &rooms, stop, each_second));
            tokio::select! {
                carried = &mut carried => carried,
                found = when_full(&scene.plan, metrics.as_ref()) => {
                    full = found;
                    carried.await
                }
            }
        }
        Err(error) => Err(error),
    };
    let mut removed = Ok(());
    for room in &rooms {
        removed = removed.and(scene.remove(room).await);
    }
    let (outcomes, usage) = carried?;
    removed?;
    let after = counters(metrics.as_ref()).await;
    let server =
        before.zip(after).map(|(before, after)| metrics::growth_with(&before, full.as_ref(), &after));
    let names: Vec<String> = rooms.into_iter().map(|room| room.name).collect();
    Ok(Report::of(&scene.plan, &names, &outcomes, &usage, server))
}

/// The server's numbers shortly before everybody leaves.
async fn when_full(plan: &Plan, metrics: Option<&Dial>) -> Option<metrics::Counters> {
    tokio::time::sleep(plan.ends().saturating_sub(BEFORE_THE_END)).await;
    counters(metrics).await
}

async fn counters(metrics: Option<&Dial>) -> Option<metrics::Counters> {
    metrics::read(metrics?).await
}

async fn make(scene: &Scene, rooms: &mut Vec<Room>) -> Result<(), LoadError> {
    for number in 1..=scene.plan.rooms {
        rooms.push(scene.room(&number.to_string()).await?);
    }
    Ok(())
}

/// Lets people come, and waits until all have left.
async fn carry(
    scene: &Arc<Scene>,
    rooms: &[Room],
    stop: impl Future<Output = ()>,
    mut each_second: impl FnMut(u64, Standing),
) -> Result<(Vec<Outcome>, Vec<Usage>), LoadError> {
    let start = Instant::now();
    let threads = scene.plan.threads.get().min(rooms.len());
    let mut working = Vec::new();
    for thread in 0..threads {
        let mine = rooms.iter().enumerate().skip(thread).step_by(threads);
        let mine = mine.map(|(room, of)| (room, of.passes.clone())).collect();
        working.push(spawn(thread, Arc::clone(scene), mine, start)?);
    }
    let mut working = std::pin::pin!(join_all(working));
    let mut stop = std::pin::pin!(stop);
    let mut seconds = interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut stopped = false;
    let made = loop {
        tokio::select! {
            made = &mut working => break made,
            () = &mut stop, if !stopped => {
                stopped = true;
                scene.board.stop();
            }
            _ = seconds.tick() => each_second(start.elapsed().as_secs(), scene.board.standing()),
        }
    };
    let (mut outcomes, mut usage) = (Vec::new(), Vec::new());
    for made in made {
        let (some, used) = made.map_err(|_| LoadError::Thread("it has died".to_owned()))??;
        outcomes.extend(some);
        usage.push(used);
    }
    Ok((outcomes, usage))
}

/// Starts a thread for some of the rooms.
fn spawn(
    thread: usize,
    scene: Arc<Scene>,
    rooms: Vec<(usize, Vec<Pass>)>,
    start: Instant,
) -> Result<oneshot::Receiver<Result<Made, LoadError>>, LoadError> {
    let (done, made) = oneshot::channel();
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let made = runtime.map_err(|e| LoadError::Thread(e.to_string())).map(|runtime| {
            let look = Look::now();
            let outcomes = runtime.block_on(everybody(scene, rooms, start));
            (outcomes, look.since())
        });
        // Nobody waits any more when the run was given up.
        let _ = done.send(made);
    };
    let name = format!("load-{thread}");
    std::thread::Builder::new().name(name).spawn(work).map_err(|e| LoadError::Thread(e.to_string()))?;
    Ok(made)
}

async fn everybody(scene: Arc<Scene>, rooms: Vec<(usize, Vec<Pass>)>, start: Instant) -> Vec<Outcome> {
    let mut people = JoinSet::new();
    for (room, passes) in rooms {
        for (person, pass) in passes.into_iter().enumerate() {
            people.spawn(Box::pin(life(Arc::clone(&scene), pass, room, person, start)));
        }
    }
    people.join_all().await
}

/// All that one person does, from its coming until the end.
async fn life(scene: Arc<Scene>, pass: Pass, room: usize, person: usize, start: Instant) -> Outcome {
    let mut seen = Seen::default();
    let comes = tokio::time::sleep_until((start + scene.plan.comes(room, person)).into());
    // Whoever has not come yet when everybody leaves does not come.
    scene.board.stop.run_until_cancelled(comes).await;
    let ends = [scene.plan.ends()];
    for until in scene.plan.leaves(person).into_iter().chain(ends) {
        let until = start + until;
        if Instant::now() >= until || scene.board.stop.is_cancelled() {
            continue;
        }
        let stayed = match Box::pin(Person::join(&scene, &pass, person)).await {
            Ok(mut joined) => {
                let stayed = joined.stay(until).await;
                seen.merge(&Box::pin(joined.leave()).await);
                stayed
            }
            Err(trouble) => Err(trouble),
        };
        if let Err(trouble) = stayed {
            scene.board.troubles.fetch_add(1, Ordering::Relaxed);
            seen.trouble(&trouble);
            break;
        }
    }
    Outcome { room, person, seen }
}
