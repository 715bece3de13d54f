package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.AuthorizationCodeFlow;
import io.httpconnector.auth.oauth2.AuthorizationRequiredException;
import io.httpconnector.auth.oauth2.InvalidCallbackException;
import io.httpconnector.spring.Connectors;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/**
 * The endpoints at which a user authorizes a connection with OAuth 2: {@code /connectors/CONNECTION/connect} leads to the service, which
 * returns to {@code /connectors/callback}. The security configuration of the application protects them, as all controllers.
 */
@Controller
final class OAuth2Controller {

    /** The connection whose authorization the session has started. */
    private static final String CONNECTION = OAuth2Controller.class.getName() + ".connection";

    private final Connectors connectors;
    private final String successUrl;

    OAuth2Controller(Connectors connectors, ConnectorsProperties properties) {
        this.connectors = connectors;
        this.successUrl = properties.oauth2().successUrl();
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/{connection}/connect")
    ResponseEntity<Void> connect(@PathVariable String connection, HttpServletRequest request) {
        if (!connectors.names().contains(connection)) {
            return ResponseEntity.notFound().build();
        }
        HttpSession session = request.getSession();
        URI page = AuthorizationCodeFlow.of(connectors.connection(connection)).start(session.getId());
        session.setAttribute(CONNECTION, connection);
        return redirect(page);
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/callback")
    ResponseEntity<Void> callback(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        Object connection = session == null ? null : session.getAttribute(CONNECTION);
        if (session == null || connection == null) {
            return ResponseEntity.badRequest().build();
        }
        var unused = AuthorizationCodeFlow.of(connectors.connection(connection.toString()))
                .finish(request.getQueryString(), session.getId());
        session.removeAttribute(CONNECTION);
        return redirect(URI.create(successUrl));
    }

    private static ResponseEntity<Void> redirect(URI target) {
        return ResponseEntity.status(HttpStatus.FOUND).location(target).build();
    }

    /** The link is no longer valid, the user has refused, or the connection has no consent of a user. */
    @ExceptionHandler({
        InvalidCallbackException.class,
        AuthorizationRequiredException.class,
        InvalidDefinitionException.class
    })
    ResponseEntity<Void> invalid() {
        return ResponseEntity.badRequest().build();
    }
}
