package io.httpconnector.webhook.server;

import com.sun.net.httpserver.HttpServer;
import io.httpconnector.webhook.WebhookEndpoint;
import io.javalin.Javalin;
import io.vertx.core.Vertx;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.FormContentFilter;
import org.springframework.web.multipart.support.StandardServletMultipartResolver;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;

/** The real web servers, each with a receiver behind it. */
public final class Servers {

    /** Starts a server on its own port. */
    @FunctionalInterface
    public interface Start {
        Running with(WebhookEndpoint receiver) throws Exception;
    }

    /** A running server. */
    public record Running(int port, Stop stop) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                stop.now();
            } catch (Exception e) {
                throw new IOException("the server does not stop", e);
            }
        }
    }

    @FunctionalInterface
    public interface Stop {
        void now() throws Exception;
    }

    private Servers() {}

    public static Map<String, Start> all() {
        Map<String, Start> all = new TreeMap<>();
        all.put("jdk", Servers::jdk);
        all.put("servlet", receiver -> jetty(WebhookServlet.of(receiver)));
        all.put("servlet-async", receiver -> {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            Running running = jetty(WebhookServlet.async(receiver, threads));
            return new Running(running.port, () -> {
                running.close();
                threads.shutdown();
            });
        });
        all.put("spring-mvc", Servers::springMvc);
        all.put("spring-webflux", Servers::springWebFlux);
        all.put("vertx", Servers::vertx);
        all.put("javalin", Servers::javalin);
        return all;
    }

    private static Running jdk(WebhookEndpoint receiver) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", JdkHandler.of(receiver));
        server.start();
        return new Running(server.getAddress().getPort(), () -> {
            server.stop(0);
            threads.shutdownNow();
        });
    }

    static Running jetty(HttpServlet servlet, Filter... filters) throws Exception {
        ServletHolder holder = new ServletHolder(servlet);
        holder.setAsyncSupported(true);
        Server server = new Server();
        HttpConfiguration config = new HttpConfiguration();
        ServerConnector connector = new ServerConnector(
                server, new HttpConnectionFactory(config), new HTTP2CServerConnectionFactory(config));
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(1000);
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/");
        holder.getRegistration().setMultipartConfig(new MultipartConfigElement(System.getProperty("java.io.tmpdir")));
        context.addServlet(holder, "/*");
        for (Filter filter : filters) {
            FilterHolder before = new FilterHolder(filter);
            before.setAsyncSupported(true);
            context.addFilter(before, "/*", EnumSet.allOf(DispatcherType.class));
        }
        server.setHandler(context);
        server.start();
        return new Running(connector.getLocalPort(), server::stop);
    }

    /** Configured like an application. */
    @EnableWebMvc
    static class Mvc {}

    private static Running springMvc(WebhookEndpoint receiver) throws Exception {
        return jetty(new DispatcherServlet(mvcContext(receiver)));
    }

    /** With the filter and the multipart resolver that Spring Boot adds by default. */
    static Running springMvcWithDefaultsOfBoot(WebhookEndpoint receiver) throws Exception {
        AnnotationConfigWebApplicationContext context = mvcContext(receiver);
        context.addBeanFactoryPostProcessor(
                beans -> beans.registerSingleton("multipartResolver", new StandardServletMultipartResolver()));
        return jetty(new DispatcherServlet(context), new FormContentFilter());
    }

    private static AnnotationConfigWebApplicationContext mvcContext(WebhookEndpoint receiver) {
        AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
        context.register(Mvc.class);
        context.addBeanFactoryPostProcessor(beans -> beans.registerSingleton("webhooks", mvcRoute(receiver)));
        return context;
    }

    private static RouterFunction<ServerResponse> mvcRoute(WebhookEndpoint receiver) {
        return org.springframework.web.servlet.function.RouterFunctions.route(
                org.springframework.web.servlet.function.RequestPredicates.path("/hooks/**"),
                SpringMvcHandler.of(receiver));
    }

    private static Running springWebFlux(WebhookEndpoint receiver) {
        HttpHandler handler = RouterFunctions.toHttpHandler(RouterFunctions.route(
                org.springframework.web.reactive.function.server.RequestPredicates.path("/hooks/**"),
                SpringWebFluxHandler.of(receiver)));
        DisposableServer server = reactor.netty.http.server.HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                .handle(new ReactorHttpHandlerAdapter(handler))
                .bindNow();
        return new Running(server.port(), server::disposeNow);
    }

    private static Running vertx(WebhookEndpoint receiver) throws Exception {
        Vertx vertx = Vertx.vertx();
        int port = vertx.createHttpServer()
                .requestHandler(VertxHandler.of(vertx, receiver))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        return new Running(
                port,
                () -> vertx.close().toCompletionStage().toCompletableFuture().get());
    }

    private static Running javalin(WebhookEndpoint receiver) {
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.modifyHttpConfiguration(http -> http.setIdleTimeout(1000));
            config.routes.addHttpHandler(io.javalin.http.HandlerType.POST, "/hooks/*", JavalinHandler.of(receiver));
            config.routes.addHttpHandler(io.javalin.http.HandlerType.PUT, "/hooks/*", JavalinHandler.of(receiver));
        });
        javalin.start("127.0.0.1", 0);
        return new Running(javalin.port(), javalin::stop);
    }
}
