package io.httpconnector.auth.oauth2;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A method of client authentication at the token endpoint: RFC 6749, section 2.3. */
public enum ClientAuthentication {
    /** HTTP Basic authentication with client id and client secret, both form-encoded first. */
    @JsonProperty("basic")
    BASIC,
    /** {@code client_id} and {@code client_secret} are request parameters. */
    @JsonProperty("body")
    BODY,
    /** A public client, which sends only its {@code client_id}. */
    @JsonProperty("none")
    NONE,
    /**
     * The client certificate of the connection: RFC 8705. The request has only the {@code client_id}; a discovered server receives it
     * at its {@code mtls_endpoint_aliases}.
     */
    @JsonProperty("tls")
    TLS
}
