//! `slap-edge score`: recordings in, answers out.
//!
//! Recordings are heard side by side ([`turns`]), each worker with ears of its own and all
//! with one model ([`session`]); what they say is printed in order ([`printer`]). Nothing
//! heeds signals: what was printed is flushed, so the program may be ended at any time.

mod printer;
mod session;
mod turns;

use crate::Outcome;
use crate::args::OutputFormat;
use crate::output::{Tally, Terminal};
use crate::plan::ScorePlan;

use printer::Printer;
use session::Session;
use turns::{Pace, in_order};

/// Recordings begun behind the one that is printed, for each job: a long one does not keep
/// the others idle at once.
const AHEAD: usize = 2;

/// Lines that a recording may hold back until its turn: over an hour of segments.
const LINES: usize = 8192;

/// Runs the command.
pub fn run(plan: &ScorePlan, terminal: &Terminal) -> anyhow::Result<Outcome> {
    let count = plan.inputs.len();
    let shown = count > 1 && plan.leaves_room_for_progress(terminal);
    let tally = Tally::new(count, shown && terminal.err_is_terminal);
    let session = Session::new(plan, terminal, tally.clone())?;
    let ears = session.ears()?;
    let mut printer = Printer::new(plan, terminal, tally.clone(), session.model().clone());
    printer.begin(&session)?;
    let streams = plan.segments && plan.output == OutputFormat::Ndjson;
    let pace = Pace {
        jobs: plan.jobs,
        ahead: AHEAD * plan.jobs,
        messages: if streams { LINES } else { 2 },
    };
    in_order(&session, ears, &plan.inputs, pace, |input, news| printer.take(input, news))?;
    tally.finish();
    printer.finish()
}

impl ScorePlan {
    /// Lines that stream to a terminal would tear a progress bar apart.
    fn leaves_room_for_progress(&self, terminal: &Terminal) -> bool {
        self.progress && (self.output != OutputFormat::Ndjson || !terminal.out_is_terminal)
    }
}
