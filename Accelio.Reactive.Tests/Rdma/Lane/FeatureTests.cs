using Xunit;

namespace Accelio.Reactive.Tests.Rdma.Lane;

/// <summary>A test of every suite of sessions; ACCELIO_LANE=full runs all of them.</summary>
public class FeatureTests
{
    [Fact]
    public Task Requests() => new RequestTestsOverRdma().Bodies_of_every_length_come_back_as_they_went(300_000);

    [Fact]
    public Task Requests_of_the_server() => new RequestTestsOverRdma().A_server_may_ask_its_client();

    [Fact]
    public Task One_way_messages() => new OneWayTestsOverRdma().Messages_arrive_in_order_from_wherever_they_are_sent();

    [Fact]
    public Task Receipts() => new OneWayTestsOverRdma().Receipts_that_nobody_awaits_are_a_stream();

    [Fact]
    public Task Abort() => new AbortRulesOverRdma().What_has_not_started_at_the_peer_is_dropped_and_what_runs_is_told();

    [Fact]
    public Task Cancellation() => new CancellationRulesOverRdma().A_request_canceled_while_the_peer_works_may_have_executed_and_the_peer_is_told();

    [Fact]
    public Task Deadlines() => new DeadlineRulesOverRdma().A_handler_whose_requester_waits_no_longer_is_told();

    [Fact]
    public Task Batches() => new BatchRulesOverRdma().Messages_are_given_up_by_their_ids();

    [Fact]
    public Task Sequences_of_requests() => new RequestEachRulesOverRdma().Take_gives_up_the_rest();

    [Fact]
    public Task Handlers() => new HandlerRulesOverRdma().Handlers_start_in_order_and_run_concurrently();

    [Fact]
    public Task Flow_control() => new FlowControlTestsOverRdma().With_a_window_of_one_message_everything_arrives_in_order_and_is_answered();

    [Fact]
    public Task Life() => new LifeTestsOverRdma().A_rejected_session_tells_reason_and_data();

    [Fact]
    public Task Loss() => new LifeTestsOverRdma().A_cut_session_fails_what_was_under_way_and_says_that_it_may_have_run();

    [Fact]
    public Task Drain() => new DrainTestsOverRdma().A_server_ends_when_its_sessions_have_and_takes_no_new_ones();

    [Fact]
    public Task Move() => new MoveTestsOverRdma().What_runs_ends_where_it_is_and_everything_else_goes_to_the_next_server_without_an_error();

    [Fact]
    public Task Redirect() => new RedirectRulesOverRdma().When_one_of_several_targets_is_not_there_the_next_one_is_asked();

    [Fact]
    public Task Portals() => new PortalRulesOverRdma().A_client_over_several_contexts_has_a_connection_on_each_to_another_portal();

    [Fact]
    public Task Connections_to_one_portal() => new PortalRulesOverRdma().A_server_on_one_context_takes_the_connections_of_a_client_on_several();

    [Fact]
    public Task Portals_that_are_not_there() => new PortalTroubleRulesOverRdma().A_portal_that_does_not_answer_is_passed_over();

    [Fact]
    public Task Shared_links() => new SharedLinkTestsOverRdma().Sessions_that_are_opened_at_once_share_the_link_that_is_dialed();

    [Fact]
    public Task Shared_memory() => new SharedMemoryRulesOverRdma().Both_sides_share();

    [Fact]
    public Task Snapshots() => new SnapshotTestsOverRdma().A_handler_at_work_shows_at_both_ends_and_in_the_exception_of_who_gave_up_waiting();
}
