"""`python -m sample FOLDER --size N`: the sample library's exports at any size; `--loans N`
instead: one export of that many loans."""

import argparse
from pathlib import Path

from sample import write, write_loans


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a whole number from 1")
    return number


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m sample", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument(
        "--size",
        type=_some,
        default=1,
        metavar="N",
        help="N times as large a library, its truth beside it",
    )
    parser.add_argument(
        "--loans",
        type=_some,
        metavar="N",
        help="instead: one export of that many loans, to try sizes",
    )
    args = parser.parse_args()
    path = (
        write_loans(args.folder, loans=args.loans)
        if args.loans
        else write(args.folder, size=args.size)
    )
    print(f"The sample is at {path}")


if __name__ == "__main__":
    main()
