"""Great Expectations: eight expectations over a pandas frame, every failing row named."""

import great_expectations as gx
import pandas as pd
from common import ENCODING, KEYS, PATTERNS, arguments, say
from great_expectations import expectations as gxe


def main() -> None:
    path, _ = arguments()
    frame = pd.read_csv(path, dtype=str, encoding=ENCODING)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("pandas").add_dataframe_asset(name="lines")
    batch = asset.add_batch_definition_whole_dataframe("whole")
    suite = context.suites.add(gx.ExpectationSuite(name="eight"))
    for column in KEYS:
        suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column))
    for column, pattern in PATTERNS.items():
        suite.add_expectation(gxe.ExpectColumnValuesToMatchRegex(column=column, regex=pattern))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name="eight", data=batch, suite=suite)
    )
    done = definition.run(
        batch_parameters={"dataframe": frame}, result_format={"result_format": "COMPLETE"}
    )
    failed = {
        result.expectation_config.kwargs["column"]: len(result.result["unexpected_index_list"])
        for result in done.results
    }
    say(len(frame), failed=failed)


main()
