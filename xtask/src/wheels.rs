//! Which wheels hold the CPU libtorch of each platform, and which of their files make it up.
//!
//! tch 0.26 wants PyTorch 2.13.0. Linux wheels on the package index are CUDA builds of which the CPU part stands
//! alone, if the two small CUDA libraries that it was linked with are there; macOS and Windows wheels are CPU builds.
//! The Python version in a wheel's name does not matter: nothing that is taken knows Python.

/// One file of the package index and what is taken out of it.
pub struct Wheel {
    /// File name; begins with package and version.
    pub name: &'static str,
    /// Of the whole file, hexadecimal.
    pub sha256: &'static str,
    /// `FROM=TO`: where something is in the wheel and where it belongs in libtorch; folders end with `/`.
    pub take: &'static [&'static str],
}

/// Everything that makes up libtorch on one platform.
pub struct Recipe {
    pub wheels: &'static [Wheel],
    /// Files written by us: path in libtorch, content.
    pub written: &'static [(&'static str, &'static str)],
    /// What must be there for libtorch to be whole.
    pub libraries: &'static [&'static str],
}

/// The PyTorch release that the `tch` in use was written for.
pub const TORCH_VERSION: &str = "2.13.0";

/// The recipe for a platform, in the words of `std::env::consts`.
pub fn recipe(os: &str, arch: &str) -> Option<&'static Recipe> {
    match (os, arch) {
        ("linux", "x86_64") => Some(&LINUX_X86_64),
        ("linux", "aarch64") => Some(&LINUX_AARCH64),
        ("macos", "aarch64") => Some(&MACOS_AARCH64),
        ("windows", "x86_64") => Some(&WINDOWS_X86_64),
        _ => None,
    }
}

/// The wheel's libtorch.so names the CUDA libraries; this one-line linker script names the CPU library instead.
const CPU_ONLY: &[(&str, &str)] = &[("lib/libtorch.so", "INPUT(libtorch_cpu.so)\n")];

static LINUX_X86_64: Recipe = Recipe {
    wheels: &[
        Wheel {
            name: "torch-2.13.0-cp312-cp312-manylinux_2_28_x86_64.whl",
            sha256: "796633c4cdf0fe2cdced72d8f88f22e73dbcfce83132763162f6d4bff13b820b",
            take: &[
                "torch/lib/libc10.so=lib/libc10.so",
                "torch/lib/libtorch_cpu.so=lib/libtorch_cpu.so",
                "torch/lib/libgomp.so.1=lib/libgomp.so.1",
                "torch/include/=include/",
            ],
        },
        Wheel {
            name: "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
            sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
            take: &["nvidia/cu13/lib/libcudart.so.13=lib/libcudart.so.13"],
        },
        Wheel {
            name: "nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_x86_64.whl",
            sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
            take: &["nvidia/cu13/lib/libcupti.so.13=lib/libcupti.so.13"],
        },
    ],
    written: CPU_ONLY,
    libraries: &[
        "lib/libc10.so",
        "lib/libtorch.so",
        "lib/libtorch_cpu.so",
        "lib/libgomp.so.1",
        "lib/libcudart.so.13",
        "lib/libcupti.so.13",
    ],
};

static LINUX_AARCH64: Recipe = Recipe {
    wheels: &[
        Wheel {
            name: "torch-2.13.0-cp312-cp312-manylinux_2_28_aarch64.whl",
            sha256: "572df8be8ffb4599c88cbd6a0726f1f854f4da65d2e3c09f0e2c2283333cd6d4",
            take: &[
                "torch/lib/libc10.so=lib/libc10.so",
                "torch/lib/libtorch_cpu.so=lib/libtorch_cpu.so",
                "torch/lib/libgomp.so.1=lib/libgomp.so.1",
                "torch/lib/libgfortran.so.5=lib/libgfortran.so.5",
                "torch/lib/libarm_compute.so=lib/libarm_compute.so",
                "torch/lib/libarm_compute_graph.so=lib/libarm_compute_graph.so",
                "torch/lib/libnvpl_blas_core.so.0=lib/libnvpl_blas_core.so.0",
                "torch/lib/libnvpl_blas_lp64_gomp.so.0=lib/libnvpl_blas_lp64_gomp.so.0",
                "torch/lib/libnvpl_lapack_core.so.0=lib/libnvpl_lapack_core.so.0",
                "torch/lib/libnvpl_lapack_lp64_gomp.so.0=lib/libnvpl_lapack_lp64_gomp.so.0",
                "torch/include/=include/",
            ],
        },
        Wheel {
            name: "nvidia_cuda_runtime-13.0.96-py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
            sha256: "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
            take: &["nvidia/cu13/lib/libcudart.so.13=lib/libcudart.so.13"],
        },
        Wheel {
            name: "nvidia_cuda_cupti-13.0.85-py3-none-manylinux_2_25_aarch64.whl",
            sha256: "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151",
            take: &["nvidia/cu13/lib/libcupti.so.13=lib/libcupti.so.13"],
        },
    ],
    written: CPU_ONLY,
    libraries: &["lib/libc10.so", "lib/libtorch.so", "lib/libtorch_cpu.so"],
};

static MACOS_AARCH64: Recipe = Recipe {
    wheels: &[Wheel {
        name: "torch-2.13.0-cp312-cp312-macosx_14_0_arm64.whl",
        sha256: "2fe228aba290d14b9f31b049be550dbd469c3fd3013d7a19705b30454da97027",
        take: &["torch/lib/=lib/", "torch/include/=include/"],
    }],
    written: &[],
    libraries: &["lib/libc10.dylib", "lib/libtorch.dylib", "lib/libtorch_cpu.dylib"],
};

static WINDOWS_X86_64: Recipe = Recipe {
    wheels: &[Wheel {
        name: "torch-2.13.0-cp312-cp312-win_amd64.whl",
        sha256: "024c6cc0c1b085f2f91f20a3dc27b0471d021c31ce84b81be3afdc39f791fd9d",
        take: &["torch/lib/=lib/", "torch/include/=include/"],
    }],
    written: &[],
    libraries: &["lib/c10.dll", "lib/torch.dll", "lib/torch_cpu.dll"],
};

impl Recipe {
    /// The recipe in words; kept inside a finished libtorch, it tells which recipe that one was made by.
    pub fn text(&self) -> String {
        let mut text =
            String::from("# What Paddock made this libtorch of. Kept here so that a whole one is recognised.\n");
        for wheel in self.wheels {
            text += &format!("{} sha256:{}\n", wheel.name, wheel.sha256);
            for taken in wheel.take {
                text += &format!("  {taken}\n");
            }
        }
        for (path, content) in self.written {
            text += &format!("{path}: {content}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORMS: [(&str, &str); 4] =
        [("linux", "x86_64"), ("linux", "aarch64"), ("macos", "aarch64"), ("windows", "x86_64")];

    #[test]
    fn recipes_are_well_formed() {
        for (os, arch) in PLATFORMS {
            let recipe = recipe(os, arch).unwrap();
            assert!(recipe.wheels[0].name.starts_with(&format!("torch-{TORCH_VERSION}-")), "{os} {arch}");
            for wheel in recipe.wheels {
                assert!(wheel.sha256.len() == 64 && wheel.sha256.bytes().all(|digit| digit.is_ascii_hexdigit()));
                for taken in wheel.take {
                    let (from, to) = taken.split_once('=').unwrap();
                    assert_eq!(from.ends_with('/'), to.ends_with('/'), "{taken}");
                }
            }
        }
        assert!(recipe("plan9", "x86_64").is_none());
    }

    #[test]
    fn what_must_be_there_is_taken_or_written() {
        for (os, arch) in PLATFORMS {
            let recipe = recipe(os, arch).unwrap();
            for library in recipe.libraries {
                let taken = recipe.wheels.iter().flat_map(|wheel| wheel.take).any(|taken| {
                    let (_, to) = taken.split_once('=').unwrap();
                    to == *library || (to.ends_with('/') && library.starts_with(to))
                });
                let written = recipe.written.iter().any(|(path, _)| path == library);
                assert!(taken != written, "{os} {arch}: {library}");
            }
        }
    }
}
