package io.httpconnector.spring.autoconfigure;

import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.spring.Connectors;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;

/** The authorization of connections by users, for both kinds of web applications. */
record OAuth2Endpoints(Connectors connectors, String successUrl) {

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

    static ResponseEntity<Void> redirect(URI target) {
        return ResponseEntity.status(HttpStatus.FOUND).location(target).build();
    }
}
