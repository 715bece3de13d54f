package io.httpconnector.spring.autoconfigure;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.oauth2.OAuth2Exception;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.util.Optional;
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

    private final OAuth2Endpoints endpoints;

    OAuth2Controller(OAuth2Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/{connection}/connect")
    ResponseEntity<Void> connect(@PathVariable String connection, HttpServletRequest request) {
        HttpSession session = request.getSession();
        Optional<URI> page = endpoints.start(connection, session.getId());
        page.ifPresent(target -> session.setAttribute(OAuth2Endpoints.CONNECTION, connection));
        return page.map(OAuth2Endpoints::redirect)
                .orElseGet(() -> ResponseEntity.notFound().build());
    }

    @GetMapping("${connectors.oauth2.base-path:/connectors}/callback")
    ResponseEntity<?> callback(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        Object connection = session == null ? null : session.getAttribute(OAuth2Endpoints.CONNECTION);
        if (session == null || connection == null) {
            return OAuth2Endpoints.notStarted();
        }
        ResponseEntity<Void> response =
                endpoints.finish(connection.toString(), request.getQueryString(), session.getId());
        session.removeAttribute(OAuth2Endpoints.CONNECTION);
        return response;
    }

    /** The link is no longer valid, the user has refused, the service has failed, or the connection has no consent of a user. */
    @ExceptionHandler({OAuth2Exception.class, InvalidDefinitionException.class})
    ResponseEntity<String> invalid(ConnectorException failure) {
        return OAuth2Endpoints.problem(failure);
    }
}
