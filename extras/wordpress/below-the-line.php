<?php
/**
 * Plugin Name: Below the Line
 * Description: Tells a server of Below the Line of each comment as it is written, edited, approved or deleted.
 * Version: 1.0
 * Requires at least: 5.5
 * Requires PHP: 7.4
 * License: MIT
 *
 * In wp-config.php:
 *
 *     define( 'BELOW_THE_LINE_URL', 'https://moderation.example.org/hooks/comments' );
 *     define( 'BELOW_THE_LINE_SECRET', '…' );  // as in live.toml
 *
 * A comment that changes is put on a list, an option of its own for each, before anything is sent. It leaves the
 * list when the server has answered that it is on disk. What could not be sent is tried again by WP-Cron each
 * minute, and with every other comment. What is sent is the comment as it is then, so that twice is as good as once.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const BELOW_THE_LINE_PREFIX = 'below_the_line_wait_';
const BELOW_THE_LINE_AT_ONCE = 50;
const BELOW_THE_LINE_EVENT = 'below_the_line_send';

add_action( 'wp_insert_comment', 'below_the_line_changed' );
add_action( 'edit_comment', 'below_the_line_edited' );
add_action( 'transition_comment_status', 'below_the_line_moved', 10, 3 );
add_action( 'delete_comment', 'below_the_line_deleted', 10, 2 );
add_action( BELOW_THE_LINE_EVENT, 'below_the_line_send' );
add_filter( 'cron_schedules', 'below_the_line_schedules' );
add_action( 'init', 'below_the_line_schedule' );
register_deactivation_hook( __FILE__, 'below_the_line_stop' );

/** Puts a comment on the list of what is to be told; at the end of the request it is sent. */
function below_the_line_changed( $comment_id, $what = array() ) {
	$what['at'] = below_the_line_now();
	update_option( BELOW_THE_LINE_PREFIX . (int) $comment_id, wp_json_encode( $what ), false );
	if ( ! has_action( 'shutdown', 'below_the_line_finish' ) ) {
		add_action( 'shutdown', 'below_the_line_finish', 99 );
	}
}

function below_the_line_edited( $comment_id ) {
	update_comment_meta( $comment_id, 'below_the_line_edited_at', below_the_line_now() );
	below_the_line_changed( $comment_id );
}

function below_the_line_moved( $new_status, $old_status, $comment ) {
	if ( 'delete' !== $new_status ) { // of which below_the_line_deleted tells
		below_the_line_changed( $comment->comment_ID );
	}
}

/** A comment that is deleted for good is not there any more when it is sent: what names it is kept here. */
function below_the_line_deleted( $comment_id, $comment = null ) {
	$comment = $comment ? $comment : get_comment( $comment_id );
	if ( $comment ) {
		below_the_line_changed( $comment_id, array( 'deleted_from' => get_permalink( $comment->comment_post_ID ) ) );
	}
}

/** Sends once the visitor has the page, where PHP can do that. */
function below_the_line_finish() {
	if ( function_exists( 'fastcgi_finish_request' ) ) {
		fastcgi_finish_request();
	}
	below_the_line_send();
}

/** Sends what is on the list; what was taken in, and has not changed meanwhile, leaves it. */
function below_the_line_send() {
	global $wpdb;
	$rows = $wpdb->get_results(
		$wpdb->prepare(
			"SELECT option_name, option_value FROM {$wpdb->options} WHERE option_name LIKE %s ORDER BY option_id LIMIT %d",
			$wpdb->esc_like( BELOW_THE_LINE_PREFIX ) . '%',
			BELOW_THE_LINE_AT_ONCE
		)
	);
	$changes = array();
	foreach ( $rows as $row ) {
		$id     = (int) substr( $row->option_name, strlen( BELOW_THE_LINE_PREFIX ) );
		$change = below_the_line_change( $id, json_decode( $row->option_value, true ) );
		if ( $change ) {
			$changes[] = $change;
		}
	}
	if ( ! below_the_line_tell( $changes ) ) {
		return;
	}
	foreach ( $rows as $row ) {
		// Only this version of it: one that changed while it was sent stays on the list.
		$wpdb->delete(
			$wpdb->options,
			array(
				'option_name'  => $row->option_name,
				'option_value' => $row->option_value,
			)
		);
		wp_cache_delete( $row->option_name, 'options' );
	}
}

/** Returns a comment as the server takes it; null for what no reader wrote, and what is gone without a word. */
function below_the_line_change( $comment_id, $what ) {
	if ( ! empty( $what['deleted_from'] ) ) {
		return array(
			'at'         => $what['at'],
			'discussion' => array( 'url' => $what['deleted_from'] ),
			'comment'    => array(
				'id'      => (string) $comment_id,
				'deleted' => true,
			),
		);
	}
	$comment = get_comment( $comment_id );
	if ( ! $comment || ! in_array( $comment->comment_type, array( '', 'comment' ), true ) ) {
		return null;
	}
	$post     = get_post( $comment->comment_post_ID );
	$statuses = array(
		'1'            => 'visible',
		'0'            => 'pending',
		'spam'         => 'spam',
		'trash'        => 'deleted',
		'post-trashed' => 'deleted',
	);
	$edited   = get_comment_meta( $comment_id, 'below_the_line_edited_at', true );
	return array(
		'at'         => $what['at'],
		'discussion' => array(
			'url'          => get_permalink( $post ),
			'title'        => wp_strip_all_tags( get_the_title( $post ) ),
			'published_at' => below_the_line_utc( $post->post_date_gmt ),
		),
		'comment'    => array(
			'id'           => (string) $comment_id,
			'parent'       => $comment->comment_parent ? (string) $comment->comment_parent : null,
			'author'       => $comment->comment_author,
			'author_id'    => $comment->user_id ? (string) $comment->user_id : null,
			'html'         => $comment->comment_content,
			'published_at' => below_the_line_utc( $comment->comment_date_gmt ),
			'edited_at'    => $edited ? $edited : null,
			'status'       => isset( $statuses[ $comment->comment_approved ] ) ? $statuses[ $comment->comment_approved ] : 'pending',
		),
	);
}

/** Tells of changes; returns whether none need be sent again. One that is not understood costs no other. */
function below_the_line_tell( $changes ) {
	if ( ! $changes ) {
		return true;
	}
	$status = below_the_line_post( $changes );
	if ( 422 === $status && count( $changes ) > 1 ) {
		foreach ( $changes as $change ) {
			if ( ! below_the_line_tell( array( $change ) ) ) {
				return false;
			}
		}
		return true;
	}
	return 200 === $status || 422 === $status;
}

/** Posts changes, signed as Standard Webhooks signs; returns the status of the answer, 0 where there is none. */
function below_the_line_post( $changes ) {
	if ( ! defined( 'BELOW_THE_LINE_URL' ) || ! defined( 'BELOW_THE_LINE_SECRET' ) ) {
		return 0;
	}
	$body     = wp_json_encode( array( 'changes' => $changes ) );
	$identity = wp_generate_uuid4();
	$stamp    = (string) time();
	$digest   = hash_hmac( 'sha256', "$identity.$stamp.$body", BELOW_THE_LINE_SECRET, true );
	$answer   = wp_remote_post(
		BELOW_THE_LINE_URL,
		array(
			'timeout' => 5,
			'headers' => array(
				'Content-Type'      => 'application/json',
				'webhook-id'        => $identity,
				'webhook-timestamp' => $stamp,
				'webhook-signature' => 'v1,' . base64_encode( $digest ),
			),
			'body'    => $body,
		)
	);
	$status = is_wp_error( $answer ) ? 0 : (int) wp_remote_retrieve_response_code( $answer );
	if ( 422 === $status ) {
		error_log( 'Below the Line did not understand: ' . wp_remote_retrieve_body( $answer ) );
	}
	return $status;
}

function below_the_line_now() {
	list( $fraction, $seconds ) = explode( ' ', microtime() );
	return gmdate( 'Y-m-d\TH:i:s', (int) $seconds ) . substr( sprintf( '%.6f', $fraction ), 1 ) . 'Z';
}

function below_the_line_utc( $gmt ) {
	return $gmt && '0000-00-00 00:00:00' !== $gmt ? str_replace( ' ', 'T', $gmt ) . 'Z' : null;
}

function below_the_line_schedules( $schedules ) {
	$schedules['below_the_line'] = array(
		'interval' => 60,
		'display'  => 'Every minute',
	);
	return $schedules;
}

function below_the_line_schedule() {
	if ( ! wp_next_scheduled( BELOW_THE_LINE_EVENT ) ) {
		wp_schedule_event( time(), 'below_the_line', BELOW_THE_LINE_EVENT );
	}
}

function below_the_line_stop() {
	wp_clear_scheduled_hook( BELOW_THE_LINE_EVENT );
}
