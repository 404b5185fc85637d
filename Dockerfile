# The dashboard for a team; docs/service.md says how to run it. A test runs these steps in an empty folder.
FROM python:3.11-slim
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY threads ./threads
COPY dashboard ./dashboard
COPY training ./training
COPY sample_data ./sample_data
RUN pip install --no-cache-dir --constraint constraints.txt '.[gunicorn,postgresql]'
# What is kept: the database, the key, live.toml and delivery.toml.
RUN install -d -o 10001 -g 10001 /data /data/counts
WORKDIR /data
USER 10001
ENV BTL_DATABASE=sqlite:////data/below-the-line.sqlite \
    BTL_KEY_FILE=/data/below-the-line.key \
    BTL_LIVE_FILE=/data/live.toml \
    BTL_DELIVERY_FILE=/data/delivery.toml \
    BTL_HOST=0.0.0.0 \
    BTL_PORT=8050 \
    PROMETHEUS_MULTIPROC_DIR=/data/counts
EXPOSE 8050
VOLUME /data
STOPSIGNAL SIGTERM
HEALTHCHECK CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['BTL_PORT'] + '/healthz', timeout=5)"]
CMD ["gunicorn", "--config", "python:dashboard.gunicorn_settings"]
