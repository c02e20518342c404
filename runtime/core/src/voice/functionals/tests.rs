//! The summary beside a naive one that keeps all frames.

use super::{Functional, Statistic, Summary};
use crate::voice::descriptor::{Descriptor, Unit};
use crate::voice::frame::Frame;
use crate::voice::stream::Event;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::format;
use std::vec::Vec;

extern crate std;
