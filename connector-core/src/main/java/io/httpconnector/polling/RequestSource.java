package io.httpconnector.polling;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Request;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.List;

/** The request of a list, without the parameters of its pages. Immutable. */
sealed interface RequestSource {

    /** The name for messages. */
    String name();

    /** Adds the parameters of the pagination; problems are added to the list. */
    RequestSource with(Pagination pagination, List<String> problems);

    /**
     * Creates the request of a page, as far as it does not depend on the previous one.
     *
     * @param page the values of the step {@code page}
     */
    Request render(Pills pills, ObjectNode page);

    /** A template, in which the parameters of the pagination are pills. */
    record TemplateSource(RequestTemplate template) implements RequestSource {

        @Override
        public String name() {
            return template.name();
        }

        @Override
        public RequestSource with(Pagination pagination, List<String> problems) {
            return new TemplateSource(pagination.applyTo(template, null, problems));
        }

        @Override
        public Request render(Pills pills, ObjectNode page) {
            return template.render(pills.and("page", page));
        }
    }

    /** A request without pills, to which the parameters of the pagination are added. */
    record FixedSource(Request request, Pagination pagination) implements RequestSource {

        FixedSource(Request request) {
            this(request, Pagination.none());
        }

        @Override
        public String name() {
            return request.toString();
        }

        @Override
        public RequestSource with(Pagination other, List<String> problems) {
            other.check(problems);
            ParameterPlacer placer = new ParameterPlacer(request);
            other.parameters().forEach((pill, location) -> placer.check(location, problems));
            return new FixedSource(request, other);
        }

        @Override
        public Request render(Pills pills, ObjectNode page) {
            ParameterPlacer placer = new ParameterPlacer(request);
            pagination.parameters().forEach((pill, location) -> {
                String name = pill.substring("page.".length());
                if (page.hasNonNull(name)) {
                    placer.place(location, page.get(name));
                }
            });
            return placer.request();
        }
    }
}
