#!/usr/bin/env bash
# What action.yml runs. Its inputs are in the environment; they are split into words at most, and nothing in them is evaluated.
set -euf

since=$INPUT_SINCE
if [[ -z $since && -n ${GITHUB_BASE_REF:-} ]]; then since=origin/$GITHUB_BASE_REF; fi

reports=$(mktemp -d "$RUNNER_TEMP/lintmigrations.XXXXXX")
set -- --output-format=text --output-format=github "--output-format=markdown=$reports/lint.md"
if [[ $INPUT_UPLOAD_SARIF == true ]]; then set -- "$@" "--output-format=sarif=$reports/lint.sarif"; fi
if [[ -n $since ]]; then set -- "$@" "--since=$since"; fi
if [[ -n $INPUT_FAIL_LEVEL ]]; then set -- "$@" "--fail-level=$INPUT_FAIL_LEVEL"; fi
for target in ${INPUT_TARGETS//,/ }; do set -- "$@" "--target=$target"; done

status=0
# shellcheck disable=SC2086  # words
$INPUT_COMMAND "$@" $INPUT_ARGUMENTS || status=$?

if [[ -f $reports/lint.md ]]; then
    cat "$reports/lint.md" >>"$GITHUB_STEP_SUMMARY"
    echo "markdown-file=$reports/lint.md" >>"$GITHUB_OUTPUT"
fi
if [[ -f $reports/lint.sarif ]]; then echo "sarif-file=$reports/lint.sarif" >>"$GITHUB_OUTPUT"; fi
exit "$status"
