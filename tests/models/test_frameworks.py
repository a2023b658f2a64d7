"""Applications of Flask, FastAPI and Django, and models that others published; databases that lack one thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import db_bootstrap, write
from tests.cli.databases import Database
from tests.models.conftest import fitting, lines_of, write_code

FLASK = {
    "shop/__init__.py": """
        import os

        from flask import Flask
        from flask_sqlalchemy import SQLAlchemy

        db = SQLAlchemy()


        def create_app():
            app = Flask("shop")
            app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
            db.init_app(app)
            with app.app_context():
                db.create_all()
            return app
        """,
    "shop/models.py": """
        from shop import db


        class Contact(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            email = db.Column(db.String(100), nullable=False, unique=True)
            phone = db.Column(db.String(20))
        """,
}
FASTAPI = {
    "api.py": """
        from contextlib import asynccontextmanager

        from fastapi import FastAPI
        from sqlalchemy import String
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)
            title: Mapped[str] = mapped_column(String(80))
            done: Mapped[bool] = mapped_column(default=False)


        @asynccontextmanager
        async def lifespan(app):
            async with app.state.engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
            yield


        app = FastAPI(lifespan=lifespan)
        """,
}
DJANGO = {
    "site_settings.py": """
        import os

        import pymysql

        pymysql.version_info = (2, 2, 7, "final", 0)
        pymysql.install_as_MySQLdb()
        SECRET_KEY = os.environ.get("SECRET_KEY", "a key of a test")
        INSTALLED_APPS = [
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.admin",
            "taggit", "library",
        ]
        DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
        """,
    "library/__init__.py": "",
    "library/models.py": """
        from django.contrib.auth.models import User
        from django.db import models


        class Book(models.Model):
            title = models.CharField(max_length=100, db_index=True)
            pages = models.PositiveIntegerField()
            owner = models.ForeignKey(User, on_delete=models.CASCADE)
            readers = models.ManyToManyField(User, related_name="reads")

            class Meta:
                constraints = [models.CheckConstraint(condition=models.Q(pages__gt=0), name="book_has_pages")]
        """,
}
KOMBU = {
    "jobs.py": """
        from kombu.transport.sqlalchemy.models import Message as MessageBase
        from kombu.transport.sqlalchemy.models import ModelBase
        from kombu.transport.sqlalchemy.models import Queue as QueueBase


        class Queue(QueueBase, ModelBase):
            __tablename__ = "kombu_queue"


        class Message(MessageBase, ModelBase):
            __tablename__ = "kombu_message"
        """,
}
# Files, source, options, what is dropped from which table, whose finding names which model.
Case = tuple[dict[str, str], str, tuple[str, ...], str, str, str]
APPLICATIONS: dict[str, Case] = {
    "flask": (FLASK, "shop:db", ("--import", "shop.models"), "contact", "phone", "shop.models:Contact"),
    "fastapi": (FASTAPI, "api:Base", (), "items", "title", "api:Item"),
    "django": (DJANGO, "django:site_settings", (), "library_book", "pages", "library.models:Book"),
    "kombu": (KOMBU, "jobs:ModelBase", (), "kombu_message", "payload", "jobs:Message"),
}
CREATE_ALL = {"flask": [("shop/__init__.py", 14)], "fastapi": [("api.py", 22)], "django": [], "kombu": []}


@pytest.mark.parametrize("name", APPLICATIONS)
@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_an_application(database: Database, application: Path, name: str) -> None:
    files, source, options, table, column, model = APPLICATIONS[name]
    write_code(application, files)
    declaration = fitting(database, application, source, *options)
    run: tuple[str | Path, ...] = (source, *options, "--dir", declaration, "--format", "json")
    fits = database.run("models", *run).ended(0)
    assert lines_of(fits) == []
    assert [(use["file"], use["line"]) for use in fits.data["create_all"]] == CREATE_ALL[name]
    if name == "django":
        database.sql("ALTER TABLE library_book DROP CONSTRAINT book_has_pages")
    database.sql(f"ALTER TABLE {table} DROP COLUMN {column}")
    found = database.run("models", *run).ended(4)
    [missing] = [item for item in found.data["findings"] if item["kind"] == "column"]
    assert missing["object"].endswith(f"{table}.{column}")
    assert missing["where"]["model"] == model
    if name == "django":  # what others published is in the same database
        database.sql("DROP TABLE django_session", "DROP TABLE taggit_taggeditem")
        missing_tables = {
            (item["object"].rpartition(".")[2], item["where"]["model"])
            for item in database.run("models", *run).ended(4).data["findings"]
            if item["kind"] == "table"
        }
        assert missing_tables == {
            ("django_session", "django.contrib.sessions.models:Session"),
            ("taggit_taggeditem", "taggit.models:TaggedItem"),
        }


def test_an_application_that_needs_its_settings(application: Path, tmp_path: Path) -> None:
    write_code(application, {"app.py": 'import os\n\nprint("hello")\nkey = os.environ["API_KEY"]\n'})
    declaration = write(tmp_path / "declaration", "postgresql", {})
    run = ("models", "app:Base", "--dir", declaration, "--export", tmp_path / "out.json")
    said = db_bootstrap(*run).refused(1)
    assert "app:Base cannot be imported by" in said
    assert "KeyError: 'API_KEY' (app.py:4): set the variables that the application needs" in said
    assert "db-bootstrap models --export models.json app:Base" in said
    said = db_bootstrap(*run, variables={"API_KEY": "x"}).refused(1)
    assert said == "app has no Base; it has no models"
    said = db_bootstrap(*run, "--python", tmp_path / "python").refused(1)
    assert "cannot be run: No such file or directory: name the application's Python with --python" in said
