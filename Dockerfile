# make-mcp in a container: stdio by default, HTTP where the environment says MAKE_MCP_TRANSPORT=http (docs/hosting.md).
#
#     docker build -t make-mcp .
#     docker run --rm -i --read-only --cap-drop ALL --security-opt no-new-privileges -e MAKE_API_KEY -e MAKE_ZONE make-mcp
#
# Keys come from the environment of the container, better from files (MAKE_API_KEY_FILE and so on); none is in a layer.
# For a build that can be repeated, pin this by its digest: `docker buildx imagetools inspect python:3.13-slim-bookworm`.
ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY tools tools
COPY sandbox sandbox
# Compiled here, since nothing can be written where it runs.
RUN python -m venv --without-pip /opt/make-mcp \
    && python -m pip --python /opt/make-mcp install --no-cache-dir --disable-pip-version-check '.[all]' \
    && /opt/make-mcp/bin/make-mcp --version

FROM ${PYTHON}
LABEL org.opencontainers.image.title="make-mcp" \
      org.opencontainers.image.description="The MCP server for Make.com: list, read, run, repair and change automations, safely" \
      org.opencontainers.image.licenses="MIT" \
      io.modelcontextprotocol.server.name="make-mcp"
COPY --from=build /opt/make-mcp /opt/make-mcp
ENV PATH=/opt/make-mcp/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
# A number, so that Kubernetes can see that it is not root. No home, no shell of its own, nothing to write.
USER 10001:10001
WORKDIR /
EXPOSE 8000 9464
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-m", "make_mcp.alive"]
ENTRYPOINT ["make-mcp"]
