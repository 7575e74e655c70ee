"""The one settings file; what operators may want to change is read from the environment (see the help page)."""

from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext

from studio import env

# Lets Django's generic classes be written with their type (`ModelForm[Endpoint]`) at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
STUDIO_DATA_DIR = env.folder("STUDIO_DATA_DIR", BASE_DIR / "var")
STUDIO_RUN_DIR = STUDIO_DATA_DIR / "run"
STUDIO_KEYS_DIR = STUDIO_DATA_DIR / "keys"

# --- the two settings that decide how the studio runs ---------------------------------------------

STUDIO_REDIS_URL = env.text("STUDIO_REDIS_URL")
DATABASES = {"default": env.database(env.text("STUDIO_DATABASE_URL"), data_dir=STUDIO_DATA_DIR)}

# --- web ------------------------------------------------------------------------------------------

DEBUG = env.flag("STUDIO_DEBUG")
SECRET_KEY = env.text("STUDIO_SECRET_KEY") or env.key_file(STUDIO_KEYS_DIR / "django.key", length=48).hex()
STUDIO_HOST = env.text("STUDIO_HOST", "127.0.0.1")
STUDIO_PORT = env.whole("PORT", 8000, minimum=1, maximum=65535)
STUDIO_BASE_URL = env.base_url("STUDIO_BASE_URL", env.address(STUDIO_HOST, STUDIO_PORT))
ALLOWED_HOSTS = env.words("STUDIO_ALLOWED_HOSTS", f"127.0.0.1 localhost [::1] {urlsplit(STUDIO_BASE_URL).hostname}")
CSRF_TRUSTED_ORIGINS = [STUDIO_BASE_URL] if STUDIO_BASE_URL.startswith("https://") else []
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "channels",
    "django_htmx",
    "allauth",
    "allauth.account",
    "studio.web",
    "studio.accounts",
    "studio.events",
    "studio.jobs",
    "studio.endpoints",
    "studio.vault",
    "studio.chat",
    "teacher",
    "datasets",
    "studio",
]

MIDDLEWARE = [
    "studio.web.middleware.policies",
    "servestatic.middleware.ServeStaticMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "studio.web.middleware.request_id",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studio.accounts.middleware.LoginRequired",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.accounts.middleware.actor",
    "studio.web.middleware.htmx_responses",
    "studio.web.middleware.errors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.web.context.page",
                "studio.home.rail_context",
            ],
            "builtins": ["studio.web.templatetags.ui", "django.templatetags.static"],
        },
    }
]

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = STUDIO_DATA_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": STUDIO_DATA_DIR / "uploads"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "servestatic.storage.CompressedManifestStaticFilesStorage"
    },
}
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_ALLOW_ALL_ORIGINS = False

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "studio.accounts.adapter.InvitationOnlyAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "change_password": "5/m/user"}
ACCOUNT_CHANGE_EMAIL = False
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("STUDIO_BEHIND_PROXY") else 0
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = STUDIO_BASE_URL.startswith("https://")
if SESSION_COOKIE_SECURE:  # with this prefix no other host of the domain can set them
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("STUDIO_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if STUDIO_BASE_URL.startswith("https://") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- work in the background -----------------------------------------------------------------------

STUDIO_WORKER_THREADS = env.whole("STUDIO_WORKER_THREADS", 24, minimum=1)
STUDIO_WORKER_PROCESSES = env.whole("STUDIO_WORKER_PROCESSES", 2, minimum=1)
STUDIO_EVENTS_POLL_SECONDS = env.number("STUDIO_EVENTS_POLL_SECONDS", 2, minimum=0.1)
STUDIO_JOB_LEASE_SECONDS = env.number("STUDIO_JOB_LEASE_SECONDS", 30, minimum=1)
STUDIO_REVIEW_LEASE_SECONDS = env.number("STUDIO_REVIEW_LEASE_SECONDS", 600, minimum=1)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": STUDIO_REDIS_URL}
    if STUDIO_REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "studio_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},  # beyond it a third is dropped, and with it counted tries to sign in
    }
}

# --- models and the outside -----------------------------------------------------------------------

# Addresses inside a network are out of reach for user-set endpoints, but for these (CIDR, optionally with :port).
STUDIO_OUTBOUND_ALLOW = env.words("STUDIO_OUTBOUND_ALLOW", "" if STUDIO_REDIS_URL else "127.0.0.0/8 [::1]/128")
STUDIO_TEACHER_URL = env.text("STUDIO_TEACHER_URL")
STUDIO_TEACHER_MODEL = env.text("STUDIO_TEACHER_MODEL")
STUDIO_TEACHER_KEY = env.text("STUDIO_TEACHER_KEY")
STUDIO_TEACHER_MAX_TOKENS = env.whole("STUDIO_TEACHER_MAX_TOKENS", 0)
DEEPSEEK_API_KEY = env.text("DEEPSEEK_API_KEY")

# --- limits ---------------------------------------------------------------------------------------

STUDIO_UPLOAD_MAX_MB = env.whole("STUDIO_UPLOAD_MAX_MB", 50, minimum=1)
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

# --- the rest -------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STUDIO_ROLE = env.text("STUDIO_ROLE", "web")  # which process this is: web processes seal secrets and cannot open them
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "studio.web.logs.KeyValueFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": env.choice("STUDIO_LOG_LEVEL", "WARNING", LOG_LEVELS)},
    "loggers": {
        "studio": {"level": env.choice("STUDIO_LOG_LEVEL", "INFO", LOG_LEVELS)},
        "django.request": {"level": "ERROR"},
    },
}
