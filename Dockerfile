# syntax=docker/dockerfile:1

# Build. With `postgres-tls`, libpq is compiled from source against the system's OpenSSL, for a database on another machine.
FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo build --release --locked --bin pasar --features postgres-tls \
    && cp target/release/pasar /usr/local/bin/pasar

# Run. libssl3 for libpq; ca-certificates for `sslrootcert=system` in a database URL.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --shell /usr/sbin/nologin pasar \
    && install -d -o pasar -g pasar -m 0700 /data
COPY --from=build /usr/local/bin/pasar /usr/local/bin/pasar
COPY LICENSE LICENSE-MIT LICENSE-APACHE /usr/share/doc/pasar/
USER pasar
ENV PASAR_BIND=0.0.0.0:8080 PASAR_DATA_DIR=/data
# The embedded database and the generated signing key.
VOLUME /data
EXPOSE 8080
# The binary has no command that asks a running server, and the image has no curl: bash opens the
# connection itself. /readyz answers 200 when the database does. A container that runs `pasar worker`
# serves no HTTP; start it with --no-healthcheck.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
# SIGTERM lets requests in flight and the job in hand finish.
STOPSIGNAL SIGTERM
ENTRYPOINT ["pasar"]
CMD ["serve"]
