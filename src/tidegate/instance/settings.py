"""What Django wants to know of this installation."""

from __future__ import annotations

from typing import Final

from tidegate.instance import home
from tidegate.instance.mail import mail_server
from tidegate.instance.reach import reach

SECRET_KEY = home.secret_key()
DEBUG = False
# Other names than its own are refused: this machine's, unless it is told how it is reached.
REACH = reach()
ALLOWED_HOSTS = REACH.hosts

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    # Before allauth, so that its pages are ours.
    "tidegate.faces.console",
    "tidegate.faces.web.sign_in",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "tidegate.desks.ledger",
    "tidegate.desks.parties",
    "tidegate.desks.findings",
    "tidegate.desks.cases",
    "tidegate.desks.reviews",
    "tidegate.desks.exposure",
    "tidegate.desks.publications",
    "tidegate.desks.notices",
]

AUTH_USER_MODEL = "parties.Person"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tidegate.faces.console.headers.content_security",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tidegate.faces.web.signed_in.SignedInMiddleware",
]

ROOT_URLCONF = "tidegate.faces.web.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": home.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Whoever signs in is a person of desks/parties; allauth asks for the password, the second factor,
# the passkey or the organisation's own provider. What it asks back is answered in
# faces/web/sign_in. From: https://docs.allauth.org/en/latest/
AUTHENTICATION_BACKENDS = ["tidegate.faces.web.sign_in.accounts.Backend"]
PASSWORD_HASHERS = ["tidegate.instance.passwords.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
]
PASSWORD_RESET_TIMEOUT = 4 * 3600

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

_MAIL: Final = mail_server()

ACCOUNT_ADAPTER = "tidegate.faces.web.sign_in.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"user_token": "tidegate.faces.web.sign_in.accounts.NewPasswordForm"}
ACCOUNT_PREVENT_ENUMERATION = True
# Nothing is sent to an address that nobody here has; `resetting` gives the same answer anyway.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if _MAIL else "none"
ACCOUNT_EMAIL_NOTIFICATIONS = _MAIL is not None
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Tidegate: "
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/10m/key",
    # Opening an account by an invitation.
    "signup": "20/m/ip",
}

MFA_ADAPTER = "tidegate.faces.web.sign_in.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Tidegate"
# A clock that is half a minute off is the usual one; RFC 6238 (5.2) allows for one step.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Where there is no mail, no address can be verified.
MFA_ALLOW_UNVERIFIED_EMAIL = _MAIL is None
MFA_FORMS = {
    "activate_totp": "tidegate.faces.web.sign_in.factors.FirstCodeForm",
    "authenticate": "tidegate.faces.web.sign_in.factors.CodeForm",
    "reauthenticate": "tidegate.faces.web.sign_in.factors.CodeAgainForm",
    "authenticate_webauthn": "tidegate.faces.web.sign_in.factors.PasskeySecondForm",
    "login_webauthn": "tidegate.faces.web.sign_in.factors.PasskeyForm",
    "reauthenticate_webauthn": "tidegate.faces.web.sign_in.factors.PasskeyAgainForm",
}

SOCIALACCOUNT_ADAPTER = "tidegate.faces.web.sign_in.provider.ProviderAdapter"
# The provider has verified the address, or nobody is let in (`sign_in.provider`).
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10

# Every process counts the same attempts, and knows the same used codes.
CACHES = {"default": {"BACKEND": "tidegate.desks.parties.remembering.Remembering"}}

if _MAIL:
    EMAIL_HOST, EMAIL_PORT = _MAIL.host, _MAIL.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.user, _MAIL.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = _MAIL.tls, _MAIL.starttls
    EMAIL_TIMEOUT = 20
    DEFAULT_FROM_EMAIL = _MAIL.sender
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"

# A browser keeps the prefix to what was set by this host, through TLS, for all of it.
# From: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis (4.1.3.2)
_PREFIX: Final = "__Host-" if REACH.is_secure else ""
SESSION_COOKIE_NAME = f"{_PREFIX}tidegate"
SESSION_COOKIE_HTTPONLY = True
# A provider leads back here from its own site; from there, Strict would not send it.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = REACH.is_secure
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if REACH.is_secure else 0
CSRF_COOKIE_NAME = f"{_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = REACH.is_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
X_FRAME_OPTIONS = "DENY"

_IN_MEMORY: Final = 2 << 20
# Larger uploads are written to disk while they come in.
FILE_UPLOAD_MAX_MEMORY_SIZE = _IN_MEMORY
DATA_UPLOAD_MAX_MEMORY_SIZE = _IN_MEMORY

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
