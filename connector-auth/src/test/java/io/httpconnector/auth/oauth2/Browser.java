package io.httpconnector.auth.oauth2;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser that signs in as {@code ann} and consents: follows redirects, and fills in each form. */
final class Browser {

    private static final Pattern FORM = Pattern.compile("<form[^>]*>", Pattern.CASE_INSENSITIVE);
    private static final Pattern INPUT = Pattern.compile("<input[^>]*>", Pattern.CASE_INSENSITIVE);
    private static final int MAX_PAGES = 12;

    private final HttpClient client =
            HttpClient.newBuilder().cookieHandler(new Cookies()).build();

    /** Returns secure cookies to http servers on this host, too, as browsers do. */
    private static final class Cookies extends CookieManager {

        @Override
        public void put(URI uri, Map<String, List<String>> headers) throws IOException {
            List<String> cookies = new ArrayList<>();
            headers.forEach((name, values) -> {
                if (name.equalsIgnoreCase("Set-Cookie")) {
                    values.forEach(value -> cookies.add(value.replaceAll("(?i); *secure", "")));
                }
            });
            super.put(uri, Map.of("Set-Cookie", cookies));
        }
    }

    /** Returns the first URL on another host, or the last page without a form. */
    String go(URI start) throws IOException, InterruptedException {
        HttpRequest next =
                HttpRequest.newBuilder(start).header("Accept", "text/html").build();
        for (int i = 0; i < MAX_PAGES; i++) {
            HttpResponse<String> page = client.send(next, HttpResponse.BodyHandlers.ofString());
            URI here = page.uri();
            if (page.headers().firstValue("Location").isPresent()) {
                URI there = here.resolve(page.headers().firstValue("Location").get());
                if (!String.valueOf(there.getAuthority()).equals(start.getAuthority())) {
                    return there.toString();
                }
                next = HttpRequest.newBuilder(there)
                        .header("Accept", "text/html")
                        .build();
            } else if (page.statusCode() == 200 && FORM.matcher(page.body()).find()) {
                next = submitted(here, page.body());
            } else {
                return page.statusCode() + " " + here;
            }
        }
        throw new IllegalStateException("the browser goes in circles");
    }

    /** Follows the redirect to the application on this host, too. */
    void goToLoopback(URI start) {
        try {
            var unused = client.send(
                    HttpRequest.newBuilder(URI.create(go(start))).build(), HttpResponse.BodyHandlers.discarding());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpRequest submitted(URI here, String page) {
        Matcher form = FORM.matcher(page);
        String tag = form.find() ? form.group() : "";
        Map<String, String> fields = new LinkedHashMap<>();
        Matcher input = INPUT.matcher(page);
        while (input.find()) {
            String name = attribute(input.group(), "name");
            if (!name.isEmpty()) {
                fields.put(name, attribute(input.group(), "value"));
            }
        }
        fields.replace("username", "ann");
        fields.replace("login", "ann");
        fields.replace("password", "pass");
        fields.remove("cancel");
        String action = attribute(tag, "action");
        URI target = action.isEmpty() ? here : here.resolve(action);
        String body = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return HttpRequest.newBuilder(target)
                .header("Accept", "text/html")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static String attribute(String tag, String name) {
        Matcher value = Pattern.compile("\\b" + name + "=\"([^\"]*)\"").matcher(tag);
        return value.find() ? value.group(1).replace("&amp;", "&") : "";
    }
}
