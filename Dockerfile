# One image for every process; the command says which: serve, stream, worker, timetable, migrate.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /opt/ringback
COPY requirements/run.txt requirements/run.txt
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt

FROM node:22-bookworm-slim AS assets
WORKDIR /opt/ringback
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY console/assets console/assets
RUN node console/assets/build.mjs

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/ringback --shell /usr/sbin/nologin ringback \
    && install -d -o ringback -g ringback -m 0700 /var/lib/ringback
WORKDIR /opt/ringback
COPY --from=packages /opt/ringback/.venv .venv
COPY . .
COPY --from=assets /opt/ringback/console/static console/static
# Nobody may write here later: without this each start would compile every module anew.
RUN .venv/bin/python -m compileall -q -x '/\.venv/' .
ENV HOST=0.0.0.0 PORT=8000 RINGBACK_DATA=/var/lib/ringback PYTHONDONTWRITEBYTECODE=1
USER 10001
VOLUME /var/lib/ringback
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
ENTRYPOINT ["bin/ringback"]
CMD ["serve"]
