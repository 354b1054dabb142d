# The image of the server: docker build --tag tenantry .
# The last stage has the program and the C library, and neither a shell nor a package manager.

FROM node:22-bookworm-slim AS node

FROM rust:1.95-bookworm AS build
# The console and the playground are built with npm.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
# The toolchain of the image, in place of the one that rust-toolchain.toml would download.
ENV RUSTUP_TOOLCHAIN=$RUST_VERSION
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --bin tenantry && \
    install -D target/release/tenantry /image/usr/bin/tenantry && \
    install -d -m 0700 /image/var/lib/tenantry

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/usr/bin/tenantry /usr/bin/tenantry
COPY --from=build --chown=65532:65532 /image/var/lib/tenantry /var/lib/tenantry
ENV TENANTRY_LISTEN=0.0.0.0:8080 \
    TENANTRY_DATA_DIR=/var/lib/tenantry
USER 65532:65532
# The only folder that is written to.
VOLUME /var/lib/tenantry
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/usr/bin/tenantry", "health"]
ENTRYPOINT ["/usr/bin/tenantry"]
CMD ["serve"]
