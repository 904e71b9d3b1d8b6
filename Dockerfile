# The product in one image: console by default, API and migration by another command (see docker-compose.yml).
# The database is not in it: DATABASE_URL names the server.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# A fixed id, so that files on a mounted folder keep their owner from one image to the next.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin engine

WORKDIR /app

# Before the code: the packages are installed again only when their pins change.
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY . .

# Code belongs to root and cannot be changed from within; only these two folders take files.
RUN mkdir -p var data/inbox && chown -R engine:engine var data/inbox

USER engine
EXPOSE 8501 8502

CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501", "--server.headless=true", "--browser.gatherUsageStats=false"]
