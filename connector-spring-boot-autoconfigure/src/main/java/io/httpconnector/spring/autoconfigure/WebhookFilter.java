package io.httpconnector.spring.autoconfigure;

import io.httpconnector.webhook.server.WebhookServlet;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Passes requests of webhooks to their receivers, before other filters and the dispatcher servlet read their bodies. */
final class WebhookFilter implements Filter {

    /** The name of the servlet for webhooks. */
    static final String SERVLET = "connectorWebhooks";

    private final ConnectorWebhooks webhooks;
    private final String applicationPath;
    private final WebhookServlet servlet;

    /**
     * Creates a filter.
     *
     * @param applicationPath the path of the application, such as {@code /shop}; empty for the root
     */
    WebhookFilter(ConnectorWebhooks webhooks, String applicationPath) {
        this.webhooks = webhooks;
        this.applicationPath = applicationPath;
        this.servlet = WebhookServlet.of(webhooks);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)) {
            chain.doFilter(request, response);
            return;
        }
        String path = path(http);
        if (webhooks.endpointAt(path).isPresent()) {
            servlet.service(path.equals(http.getRequestURI()) ? http : new AtPath(http, path), response);
        } else if (SERVLET.equals(http.getHttpServletMapping().getServletName())) {
            // Spring could not parse such a path: it begins as that of a webhook when it is decoded only.
            ((HttpServletResponse) response).setStatus(HttpServletResponse.SC_NOT_FOUND);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Returns the path without the prefix that a proxy has removed ({@code X-Forwarded-Prefix}). */
    private String path(HttpServletRequest request) {
        String path = request.getRequestURI();
        String forwarded = request.getContextPath();
        return forwarded.equals(applicationPath) || !path.startsWith(forwarded)
                ? path
                : applicationPath + path.substring(forwarded.length());
    }

    /** A request at the path that the application knows. */
    private static final class AtPath extends HttpServletRequestWrapper {

        private final String path;

        AtPath(HttpServletRequest request, String path) {
            super(request);
            this.path = path;
        }

        @Override
        public String getRequestURI() {
            return path;
        }
    }
}
