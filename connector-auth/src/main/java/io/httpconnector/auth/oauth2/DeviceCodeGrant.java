package io.httpconnector.auth.oauth2;

/** The device authorization grant: a user consents on another device. RFC 8628. */
record DeviceCodeGrant() implements GrantType {}
