//! What runs the audio tower: the user's choice, carried out.

use core::num::NonZeroUsize;
use std::io::{self, Write as _};

use anyhow::{Context, bail};
use slap_edge::model::{Bundle, Engine, Precision, Provider, Tower, TowerOptions};

use crate::args::{EngineArg, EngineArgs, PrecisionArg, ProviderArg};
use crate::output::Terminal;
use crate::output::execution::milliseconds;
use crate::trial::{Trial, fastest};

/// The engine as asked for.
#[derive(Clone, Debug)]
pub struct EngineChoice {
    /// Engines are tried, and the fastest is taken.
    auto: bool,
    options: TowerOptions,
}

impl EngineChoice {
    /// What `args` ask for.
    pub fn new(args: EngineArgs) -> Self {
        let provider = args.provider.map_or(Provider::Cpu, Provider::from);
        let engine = match args.engine {
            Some(EngineArg::Tract) => Engine::Tract,
            Some(EngineArg::Ort) => Engine::Ort,
            // A provider is one of ONNX Runtime's.
            None | Some(EngineArg::Auto) if args.provider.is_some() => Engine::Ort,
            None | Some(EngineArg::Auto) => Engine::default(),
        };
        Self {
            auto: args.engine == Some(EngineArg::Auto),
            options: TowerOptions {
                precision: args.precision.into(),
                engine,
                provider,
                require_provider: args.require_provider,
                threads: args.threads.and_then(|it| NonZeroUsize::new(it.into())),
                cache: args.cache,
                ..TowerOptions::default()
            },
        }
    }

    /// The same with nodes counted, provider by provider.
    pub fn with_nodes_counted(mut self) -> Self {
        self.options.count_nodes = true;
        self
    }

    /// Loads the tower of `bundle`. Says on standard error which engine was chosen and why,
    /// and where another provider computes than the one asked for.
    pub fn load(&self, bundle: &Bundle, terminal: &Terminal) -> anyhow::Result<Tower> {
        const UNUSABLE: &str = "the audio tower cannot be used";
        let of_ort = self.options.cache.is_some() || self.options.threads.is_some();
        if of_ort && !self.auto && self.options.engine == Engine::Tract {
            bail!("--threads and --cache are for ONNX Runtime; add --engine ort");
        }
        let tower = if self.auto {
            let (tower, trials) = fastest(bundle, &self.options).context(UNUSABLE)?;
            let chosen = tower.report().engine;
            writeln!(
                io::stderr(),
                "{} {}",
                terminal.err.faint("engine:"),
                why(chosen, &trials)
            )?;
            tower
        } else {
            Tower::load(bundle, self.options.clone()).context(UNUSABLE)?
        };
        if let Some(reason) = &tower.report().fallback {
            writeln!(
                io::stderr(),
                "{} the processor runs the tower, not the provider {}: {reason}",
                terminal.err.caution("warning:"),
                self.options.provider
            )?;
        }
        Ok(tower)
    }
}

/// Which engine was chosen, with what each took.
fn why(chosen: Engine, trials: &[Trial]) -> String {
    let took: Vec<String> = trials
        .iter()
        .map(|trial| match &trial.step {
            Ok(step) => format!("{} takes {:.2} ms a step", trial.engine, milliseconds(*step)),
            Err(error) => format!("{} cannot run: {error}", trial.engine),
        })
        .collect();
    format!("{chosen} ({})", took.join("; "))
}

impl From<PrecisionArg> for Precision {
    fn from(argument: PrecisionArg) -> Self {
        match argument {
            PrecisionArg::Float32 => Self::Float32,
            PrecisionArg::Int8 => Self::Int8,
        }
    }
}

impl From<ProviderArg> for Provider {
    fn from(argument: ProviderArg) -> Self {
        match argument {
            ProviderArg::Cpu => Self::Cpu,
            ProviderArg::Cuda => Self::Cuda,
            ProviderArg::TensorRt => Self::TensorRt,
            ProviderArg::OpenVino => Self::OpenVino,
            ProviderArg::Qnn => Self::Qnn,
            ProviderArg::CoreMl => Self::CoreMl,
            ProviderArg::Nnapi => Self::Nnapi,
            ProviderArg::Xnnpack => Self::Xnnpack,
            ProviderArg::DirectMl => Self::DirectMl,
            ProviderArg::Acl => Self::Acl,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn providers_are_typed_as_they_are_reported() {
        for argument in ProviderArg::value_variants() {
            let typed = argument.to_possible_value().unwrap();
            assert_eq!(typed.get_name(), Provider::from(*argument).to_string());
        }
        assert_eq!(ProviderArg::value_variants().len(), Provider::ALL.len());
    }

    #[test]
    fn a_provider_asks_for_the_engine_that_has_it() {
        let args = |engine, provider| EngineArgs {
            engine,
            provider,
            require_provider: false,
            threads: None,
            cache: None,
            precision: PrecisionArg::Float32,
        };
        let engine = |args| EngineChoice::new(args).options.engine;
        assert_eq!(engine(args(None, None)), Engine::Tract);
        assert_eq!(engine(args(None, Some(ProviderArg::Cuda))), Engine::Ort);
        assert_eq!(engine(args(Some(EngineArg::Tract), Some(ProviderArg::Cpu))), Engine::Tract);
        assert!(EngineChoice::new(args(Some(EngineArg::Auto), None)).auto);
    }
}
