# The platform's own image: one for every role, `docker run citygas collect` and so on. Build with `docker compose build`.
FROM python:3.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/citygas
# What the sources need changes seldom; they change often: installed apart, so that the layer is kept.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" > needed.txt \
    && /opt/citygas/bin/pip install --constraint constraints.txt --requirement needed.txt
COPY README.md LICENSE ./
COPY citygas citygas
COPY telemetry telemetry
COPY ingest ingest
COPY alerts alerts
COPY api api
COPY grafana grafana
COPY simulators simulators
RUN /opt/citygas/bin/pip install --constraint constraints.txt --no-deps .

FROM python:3.13-slim-bookworm
COPY --from=build /opt/citygas /opt/citygas
RUN useradd --system --uid 10001 --home-dir /var/lib/citygas --shell /usr/sbin/nologin citygas \
    && install --directory --owner citygas --group citygas /var/lib/citygas /dashboards
ENV PATH=/opt/citygas/bin:$PATH PYTHONUNBUFFERED=1 CITYGAS_DATA_DIR=/var/lib/citygas
USER citygas
WORKDIR /var/lib/citygas
EXPOSE 8080
ENTRYPOINT ["citygas"]
CMD ["--help"]
