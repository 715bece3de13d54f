package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.AuthorizationRequiredException;
import io.httpconnector.auth.oauth2.InvalidCallbackException;
import io.httpconnector.auth.oauth2.OAuth2Exception;
import io.httpconnector.spring.Connectors;
import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/** The authorization of connections by users, for both kinds of web applications. */
record OAuth2Endpoints(Connectors connectors, String successUrl) {

    private static final Logger LOG = LoggerFactory.getLogger(OAuth2Endpoints.class);
    private static final Pattern CODE = Pattern.compile("[a-z_]{1,60}");

    /** The attribute of a session with the connection whose authorization it has started. */
    static final String CONNECTION = OAuth2Endpoints.class.getName() + ".connection";

    /** Returns the page of the service; empty if there is no such connection. */
    Optional<URI> start(String connection, String session) {
        return connectors.names().contains(connection)
                ? Optional.of(AuthorizationCodeFlow.of(connectors.connection(connection))
                        .start(session))
                : Optional.empty();
    }

    ResponseEntity<Void> finish(String connection, @Nullable String query, String session) {
        var unused = AuthorizationCodeFlow.of(connectors.connection(connection)).finish(query, session);
        return redirect(URI.create(successUrl));
    }

    /** The response to a callback without an authorization that this browser has started. */
    static ResponseEntity<String> notStarted() {
        return problem("No authorization was started in this browser, or it is finished. Please start again.");
    }

    /** The response to a failure. It contains no text of the request or of the service, but the code of the error. */
    static ResponseEntity<String> problem(ConnectorException failure) {
        if (failure instanceof InvalidDefinitionException) {
            return problem("No user authorizes this connection.");
        }
        if (failure instanceof InvalidCallbackException) {
            return problem("This link is not valid, or no longer valid. Please start again.");
        }
        String code = failure instanceof OAuth2Exception refused
                ? refused.error()
                        .filter(error -> CODE.matcher(error).matches())
                        .map(error -> " (" + error + ")")
                        .orElse("")
                : "";
        if (failure instanceof AuthorizationRequiredException) {
            return problem("The connection was not authorized" + code + ". Please start again.");
        }
        LOG.warn("A connection could not be authorized: {}", failure.getMessage());
        return text(HttpStatus.BAD_GATEWAY, "The service responded with an error" + code + ". Please start again.");
    }

    private static ResponseEntity<String> problem(String text) {
        return text(HttpStatus.BAD_REQUEST, text);
    }

    private static ResponseEntity<String> text(HttpStatus status, String text) {
        return ResponseEntity.status(status).contentType(MediaType.TEXT_PLAIN).body(text);
    }

    static ResponseEntity<Void> redirect(URI target) {
        return ResponseEntity.status(HttpStatus.FOUND).location(target).build();
    }
}
