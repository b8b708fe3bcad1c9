# syntax=docker/dockerfile:1

# A native build for the machine that it runs on, amd64 or arm64: `docker build .`
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --locked --release && \
    install -D target/release/finews /out/finews && \
    mkdir -p /out/data/state /out/data/feeds

# The C library, certificate authorities and time zones; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/finews /usr/local/bin/finews
# A new named volume takes over the owner of what it hides.
COPY --from=build --chown=65532:65532 /out/data /data

ENV FINEWS_CONFIG=/config/finews.toml \
    FINEWS_STATE=/data/state \
    FINEWS_FEEDS=/data/feeds \
    FINEWS_LISTEN=0.0.0.0:8080
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/usr/local/bin/finews", "health"]
ENTRYPOINT ["/usr/local/bin/finews"]
CMD ["serve"]
