"""How close is close enough: by type and device, for values and for gradients. The one place that says so."""

from __future__ import annotations

from dataclasses import dataclass

import torch

# (values, gradients), relative to the largest entry. Float32 keeps 7 digits; sums over thousands of pixels in another
# order, float64 inside or a formula rearranged cost two or three of them. Known wrong formulas are off by percents.
_ON_CPU = {
    torch.float64: (1e-7, 1e-6),
    torch.float32: (1e-4, 1e-3),
    torch.float16: (1e-2, 3e-2),
    torch.bfloat16: (3e-2, 6e-2),
}
# A GPU may multiply matrices in TF32 (10 bits of mantissa) and sums in no fixed order.
_ON_CUDA = _ON_CPU | {torch.float32: (1e-3, 5e-3)}


@dataclass(frozen=True)
class Tolerance:
    """`relative` counts in units of the largest expected entry, `absolute` is for answers that are 0."""

    relative: float
    absolute: float

    def of(self, want: torch.Tensor) -> float:
        """The largest difference from `want` that is still right."""
        largest = want.abs().max().item() if want.numel() else 0.0
        return self.absolute + self.relative * largest


def for_values(dtype: torch.dtype = torch.float32, device: str = "cpu") -> Tolerance:
    """The tolerance of computed values whose inputs or outputs have this type."""
    return _tolerance(dtype, device, 0)


def for_gradients(dtype: torch.dtype = torch.float32, device: str = "cpu") -> Tolerance:
    """The tolerance of gradients: one more sum than the value itself."""
    return _tolerance(dtype, device, 1)


def coarser(first: torch.dtype, second: torch.dtype) -> torch.dtype:
    """The one of two types that keeps fewer digits; whole numbers keep all of theirs."""
    return max((first, second), key=lambda dtype: _ON_CPU.get(dtype, (0.0, 0.0)))


def _tolerance(dtype: torch.dtype, device: str, kind: int) -> Tolerance:
    table = _ON_CUDA if device.startswith("cuda") else _ON_CPU
    relative = table.get(dtype, (0.0, 0.0))[kind]  # whole numbers and truth values are exact
    return Tolerance(relative, relative / 100)
