# syntax=docker/dockerfile:1
# One image for the command line, an ECS task and a Lambda function: see docs/install.md.
ARG PYTHON=3.13

FROM public.ecr.aws/docker/library/python:${PYTHON}-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bootstrap ./bootstrap
RUN python -m venv /opt/db-bootstrap
RUN /opt/db-bootstrap/bin/python -m pip install --no-cache-dir --constraint constraints.txt ".[aws,container]"

FROM public.ecr.aws/docker/library/python:${PYTHON}-slim
COPY --from=build /opt/db-bootstrap /opt/db-bootstrap
COPY --chmod=0755 container/entry.sh /opt/db-bootstrap/entry.sh
# The wheel carries the same file and uses it by default; here other programs of an image built on this one find it.
COPY bootstrap/target/rds-global-bundle.pem /etc/ssl/certs/rds-global-bundle.pem
ENV PATH=/opt/db-bootstrap/bin:$PATH PYTHONUNBUFFERED=1
# Nobody in /etc/passwd: a number is what `runAsNonRoot` of Kubernetes can check.
USER 10001:10001
WORKDIR /declaration
ENTRYPOINT ["/opt/db-bootstrap/entry.sh"]
CMD ["--help"]
