# Shortcuts for `just`. Everything here can be typed without it.

# List the recipes.
default:
    @just --list

# Serve a made-up village on http://127.0.0.1:8080, with sign-ins printed.
demo *flags:
    cargo run --release -- demo {{flags}}

# Every check there is, on both engines. What continuous integration runs.
test:
    ./test

# The fast checks: format and lints. No test is run.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Format the code.
fmt:
    cargo fmt

# Write the OpenAPI document anew after a change of the API.
openapi:
    cargo run -- openapi > openapi/openapi.json.new
    mv openapi/openapi.json.new openapi/openapi.json

# Measure.
bench *flags:
    ./bench {{flags}}

# Say how this machine and its database are doing.
doctor *flags:
    cargo run --release -- doctor {{flags}}
